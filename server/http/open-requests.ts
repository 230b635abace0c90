import { guarded } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import { AppError } from '../../protocol/index.ts'
import type { LazyRequestMeta } from './request-meta.ts'

/** Deadlines are checked this often, ms, so an operation may run this much longer. */
const checkDeadlinesMs = 250

export interface OpenRequestsOptions {
  /** Every `recheckMs`, the credentials of all requests that have been open for at least that long are rechecked. */
  recheckMs: number
  clock: Clock
  logger: Logger
}

/**
 * The requests without a complete response. One timer ends those whose deadline has passed. Another ends those that
 * outlive their session or API key, such as streams of the OpenAI API: it rechecks their credentials, which needs no
 * I/O while the session or key is valid and in this instance's cache. Timers and listeners of each single request would
 * cost a tenth of a short request.
 */
export class OpenRequests {
  readonly #open = new Set<LazyRequestMeta>()
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #recheckMs: number
  readonly #timers: NodeJS.Timeout[]

  constructor({ recheckMs, clock, logger }: OpenRequestsOptions) {
    this.#recheckMs = recheckMs
    this.#clock = clock
    this.#logger = logger
    const every = (ms: number, event: string, work: () => unknown): NodeJS.Timeout =>
      setInterval(guarded({ logger, event }, work), ms).unref()
    this.#timers = [
      every(checkDeadlinesMs, 'deadlines of requests', () => this.#checkDeadlines()),
      every(recheckMs, 'recheck of requests', () => this.#recheck()),
    ]
  }

  add(meta: LazyRequestMeta): void {
    this.#open.add(meta)
  }

  /** Must be called when the response has been sent or the client has disconnected. */
  remove(meta: LazyRequestMeta): void {
    this.#open.delete(meta)
    meta.end()
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#open.clear()
  }

  #checkDeadlines(): void {
    const now = this.#clock.monotonic()
    for (const meta of this.#open) meta.checkDeadline(now)
  }

  async #recheck(): Promise<void> {
    const openedBefore = this.#clock.monotonic() - this.#recheckMs
    const due = [...this.#open].filter((meta) => meta.authenticateAgain && meta.openedAt <= openedBefore)
    await Promise.all(due.map((meta) => this.#recheckOne(meta)))
  }

  async #recheckOne(meta: LazyRequestMeta): Promise<void> {
    try {
      await meta.authenticateAgain?.()
    } catch (error) {
      // The credentials could not be checked this time, so the request may continue.
      if (!(error instanceof AppError) || (error.status !== 401 && error.status !== 403)) return
      this.#logger.info(
        { requestId: meta.requestId, code: error.code },
        'a request was ended because its session or API key is no longer valid',
      )
      meta.destroyConnection()
    }
  }
}
