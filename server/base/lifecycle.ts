import type { Logger } from './logger.ts'
import { withDeadline } from './abort.ts'

interface Part {
  name: string
  stop: () => Promise<void> | void
}

/** The order of stopping: the reverse of starting. Each part gets a deadline, and a part that fails does not keep the rest up. */
export class Lifecycle {
  #parts: Part[] = []
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  /** Call when the part has started. */
  started(name: string, stop: Part['stop']): void {
    this.#parts.push({ name, stop })
  }

  async stop(deadlineMs = 3000): Promise<void> {
    for (const { name, stop } of this.#parts.splice(0).toReversed()) {
      try {
        await withDeadline(Promise.resolve(stop()), deadlineMs, `stopping ${name}`)
      } catch (error) {
        this.#log.warn({ err: error, part: name }, 'a part did not stop cleanly')
      }
    }
  }
}
