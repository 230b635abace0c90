import type { Clock, Logger } from '../base/index.ts'

/**
 * The ticks at which runs deliver the text that they have gathered. All runs of an instance share them, since waking up
 * the process costs more than delivering a word.
 */
export class DeliveryTicker {
  readonly #gatherMs: number
  readonly #clock: Clock
  readonly #logger: Logger
  #waiting: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(gatherMs: number, { clock, logger }: { clock: Clock; logger: Logger }) {
    this.#gatherMs = gatherMs
    this.#clock = clock
    this.#logger = logger
  }

  /** Calls back once, after 0.5 to 1.5 times `gatherMs`. */
  onNextTick(callback: () => void): void {
    this.#waiting.push(callback)
    if (this.#timer) return
    const half = this.#gatherMs / 2
    const wait = 3 * half - ((this.#clock.monotonic() + half) % this.#gatherMs)
    this.#timer = setTimeout(() => this.#tick(), wait)
  }

  #tick(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#timer = undefined
    for (const callback of waiting) {
      try {
        callback()
      } catch (error) {
        // A failure in one run must not stop the delivery of the others (P13).
        this.#logger.error({ err: error }, 'delivering the text of a run failed unexpectedly')
      }
    }
  }
}
