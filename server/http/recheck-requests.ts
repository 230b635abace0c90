import { guarded } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import { AppError } from '../../protocol/index.ts'
import type { LazyRequestMeta } from './request-meta.ts'

interface Admitted {
  meta: LazyRequestMeta
  since: number
  authenticateAgain: () => Promise<unknown>
}

/**
 * Ends requests that outlive their session or key, such as streams of the OpenAI API: while one is open, its credentials
 * are checked again. In memory, for a session that this instance has seen and that still holds.
 */
export class RecheckRequests {
  readonly #open = new Set<Admitted>()
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #everyMs: number
  readonly #timer: NodeJS.Timeout

  /** Requests that are open for longer than `everyMs` are checked this often. */
  constructor(everyMs: number, { clock, logger }: { clock: Clock; logger: Logger }) {
    this.#everyMs = everyMs
    this.#clock = clock
    this.#logger = logger
    this.#timer = setInterval(
      guarded({ logger, event: 'recheck of requests' }, () => this.#recheck()),
      everyMs,
    )
    this.#timer.unref()
  }

  /** From now on until it is answered. */
  watch(meta: LazyRequestMeta, authenticateAgain: () => Promise<unknown>): void {
    const admitted = { meta, since: this.#clock.monotonic(), authenticateAgain }
    this.#open.add(admitted)
    meta.whenOver(() => this.#open.delete(admitted))
  }

  close(): void {
    clearInterval(this.#timer)
    this.#open.clear()
  }

  async #recheck(): Promise<void> {
    const long = this.#clock.monotonic() - this.#everyMs
    await Promise.all([...this.#open].filter(({ since }) => since <= long).map((it) => this.#recheckOne(it)))
  }

  async #recheckOne({ meta, authenticateAgain }: Admitted): Promise<void> {
    try {
      await authenticateAgain()
    } catch (error) {
      // What cannot be known now is no reason to end it.
      if (!(error instanceof AppError) || (error.status !== 401 && error.status !== 403)) return
      this.#logger.info({ requestId: meta.requestId, code: error.code }, 'a request outlived its session')
      meta.cut()
    }
  }
}
