import type { Clock } from '../../base/index.ts'

interface Moment {
  monotonic: number
  wall: number
}

/**
 * Measures the age of the last acknowledged heartbeat, from the time when it was sent. A suspended machine may stop one
 * of its two clocks, so the larger difference counts (rule 7).
 */
export class AcknowledgedBeat {
  readonly #clock: Clock
  #last: Moment | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  currentMoment(): Moment {
    return { monotonic: this.#clock.monotonic(), wall: this.#clock.now() }
  }

  /** Records that the heartbeat sent at this moment was acknowledged. */
  acknowledge(sent: Moment): void {
    if (!this.#last || sent.monotonic >= this.#last.monotonic) this.#last = sent
  }

  /** Milliseconds; Infinity before the first acknowledgement. */
  age(): number {
    if (!this.#last) return Number.POSITIVE_INFINITY
    const { monotonic, wall } = this.currentMoment()
    return Math.max(monotonic - this.#last.monotonic, wall - this.#last.wall)
  }
}
