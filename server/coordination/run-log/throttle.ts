import type { Clock, Logger } from '../../base/index.ts'
import { DueTimer } from './due-timer.ts'

/** Calls `work` at once, but at most once per `ms`. Requests in between cause one call at the end of that time. */
export class Throttle {
  readonly #clock: Clock
  readonly #ms: number
  readonly #work: () => void
  readonly #timer: DueTimer
  #doneAt = Number.NEGATIVE_INFINITY
  #pending = false

  constructor(context: { clock: Clock; logger: Logger }, ms: number, work: () => void) {
    this.#clock = context.clock
    this.#ms = ms
    this.#work = work
    this.#timer = new DueTimer(context, () => this.#run())
  }

  request(): void {
    if (this.#pending) return
    const wait = this.#doneAt + this.#ms - this.#clock.monotonic()
    if (wait <= 0) return this.#run()
    this.#pending = true
    this.#timer.in(wait)
  }

  stop(): void {
    this.#timer.stop()
  }

  #run(): void {
    this.#pending = false
    this.#doneAt = this.#clock.monotonic()
    this.#work()
  }
}
