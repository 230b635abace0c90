import type { Logger } from './logger.ts'
import { withDeadline } from './abort.ts'

interface Part {
  name: string
  stop: () => Promise<void> | void
}

/**
 * Stops parts in the reverse order of their start. Each part has a deadline, and a failing part does not block the
 * rest.
 */
export class Lifecycle {
  #parts: Part[] = []
  readonly #log: Logger

  constructor(log: Logger) {
    this.#log = log
  }

  /** Registers a part. Call it when the part has started. */
  started(name: string, stop: Part['stop']): void {
    this.#parts.push({ name, stop })
  }

  async stop(deadlineMs = 3000): Promise<void> {
    for (const { name, stop } of this.#parts.splice(0).toReversed()) {
      try {
        await withDeadline(Promise.resolve(stop()), deadlineMs, `stopping ${name}`)
      } catch (error) {
        this.#log.warn({ err: error, part: name }, 'a part of the server did not stop cleanly')
      }
    }
  }
}
