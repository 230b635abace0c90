import type { Clock } from '../../base/index.ts'

interface Moment {
  monotonic: number
  wall: number
}

/**
 * The age of the last acknowledged beat, counted from when it was sent. A paused machine may stop one of the two clocks,
 * so the larger difference counts (rule 7).
 */
export class AcknowledgedBeat {
  readonly #clock: Clock
  #last: Moment | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  mark(): Moment {
    return { monotonic: this.#clock.monotonic(), wall: this.#clock.now() }
  }

  /** The beat that was sent at this moment has been acknowledged. */
  take(sent: Moment): void {
    if (!this.#last || sent.monotonic >= this.#last.monotonic) this.#last = sent
  }

  /** Milliseconds; Infinity before the first. */
  age(): number {
    if (!this.#last) return Number.POSITIVE_INFINITY
    const { monotonic, wall } = this.mark()
    return Math.max(monotonic - this.#last.monotonic, wall - this.#last.wall)
  }
}
