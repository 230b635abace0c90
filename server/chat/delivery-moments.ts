import type { Clock, Logger } from '../base/index.ts'

/**
 * The moments at which runs deliver what they have gathered: the same for all runs of an instance, since waking up
 * costs more than a word does.
 */
export class DeliveryMoments {
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

  /** Calls back once, half a gathering to one and a half from now. */
  next(callback: () => void): void {
    this.#waiting.push(callback)
    if (this.#timer) return
    const half = this.#gatherMs / 2
    const wait = 3 * half - ((this.#clock.monotonic() + half) % this.#gatherMs)
    this.#timer = setTimeout(() => this.#come(), wait)
  }

  #come(): void {
    const waiting = this.#waiting
    this.#waiting = []
    this.#timer = undefined
    for (const callback of waiting) {
      try {
        callback()
      } catch (error) {
        // One run's fault is not the others' (P13).
        this.#logger.error({ err: error }, 'delivering words of a run failed unexpectedly')
      }
    }
  }
}
