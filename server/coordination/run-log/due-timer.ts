import { guarded } from '../../base/index.ts'
import type { Clock, Logger } from '../../base/index.ts'

/** A timer that may be postponed for every piece of text, because postponing it only stores a time. */
export class DueTimer {
  readonly #clock: Clock
  readonly #fire: () => void
  #at = 0
  #timer: NodeJS.Timeout | undefined

  constructor({ clock, logger }: { clock: Clock; logger: Logger }, due: () => void) {
    this.#clock = clock
    this.#fire = guarded({ logger, event: 'timer of a run log' }, () => {
      this.#timer = undefined
      const left = this.#at - this.#clock.monotonic()
      if (left > 0) this.#timer = setTimeout(this.#fire, Math.ceil(left))
      else due()
    })
  }

  /** Calls `due` in `ms`; replaces the previous time. */
  in(ms: number): void {
    const at = this.#clock.monotonic() + ms
    // Only an earlier time needs a new timer, because a timer that fires too early waits for the rest.
    if (this.#timer && at < this.#at) this.stop()
    this.#at = at
    this.#timer ??= setTimeout(this.#fire, ms)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
