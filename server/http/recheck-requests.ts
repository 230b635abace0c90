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
 * Ends requests that outlive their session or API key, such as streams of the OpenAI API: the credentials of open
 * requests are rechecked regularly. That needs no I/O while the session or key is valid and in this instance's cache.
 */
export class RecheckRequests {
  readonly #open = new Set<Admitted>()
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #everyMs: number
  readonly #timer: NodeJS.Timeout

  /** Every `everyMs`, all requests that have been open for at least that long are rechecked. */
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

  /** Rechecks the request from now on until it ends. */
  watch(meta: LazyRequestMeta, authenticateAgain: () => Promise<unknown>): void {
    const admitted = { meta, since: this.#clock.monotonic(), authenticateAgain }
    this.#open.add(admitted)
    meta.whenEnded(() => this.#open.delete(admitted))
  }

  close(): void {
    clearInterval(this.#timer)
    this.#open.clear()
  }

  async #recheck(): Promise<void> {
    const openedBefore = this.#clock.monotonic() - this.#everyMs
    await Promise.all(
      [...this.#open].filter(({ since }) => since <= openedBefore).map((it) => this.#recheckOne(it)),
    )
  }

  async #recheckOne({ meta, authenticateAgain }: Admitted): Promise<void> {
    try {
      await authenticateAgain()
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
