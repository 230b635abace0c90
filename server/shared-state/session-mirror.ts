import { backoff, sleep } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'

/** The fields of a session that the mirror writes. They do not contain the token. */
export interface MirroredSession {
  id: string
  userId: string
  device: string
  lastUsedAt: number
  /** Null if the session does not expire. */
  expiresAt: number | null
}

/** The target of the copies. After a rejection, it is unknown whether the operation was executed. */
export interface SessionMirrorTarget {
  show(id: string, text: string, expiresMs: number): Promise<unknown>
  remove(id: string): Promise<unknown>
}

export interface SessionMirrorOptions {
  target: SessionMirrorTarget
  clock: Clock
  logger: Logger
  /** The pauses after failures, ms. */
  pauses?: { initialMs: number; maxMs: number }
}

/** The maximum expiry: the time for which browsers keep the cookie of a session that does not expire. */
const maxExpiryMs = 400 * 86_400_000
const maxPending = 20_000

/**
 * Writes a copy of the sessions, with device and last use, to Redis for operators who inspect it. Shoal never reads the
 * copy, and no right depends on it. Writes run one after another in the background. A use that cannot be written is
 * dropped until the next use; the removal of an ended session is retried until it succeeds.
 */
export class SessionMirror {
  readonly #options: SessionMirrorOptions
  readonly #waiting = new Map<string, MirroredSession | 'ended'>()
  readonly #stopping = new AbortController()
  #writing: Promise<void> | undefined

  constructor(options: SessionMirrorOptions) {
    this.#options = options
  }

  /** Reports that a session was used. Returns at once. Callers report each session at most once a minute. */
  reportUse(session: MirroredSession): void {
    // A use may be reported after the end of its session, which must not be shown again then.
    if (this.#waiting.get(session.id) !== 'ended') this.#add(session.id, session)
  }

  reportEnd(ids: Iterable<string>): void {
    for (const id of ids) this.#add(id, 'ended')
  }

  /** Resolves when all pending writes are done. */
  async whenSettled(): Promise<void> {
    await this.#writing
  }

  stop(): void {
    this.#stopping.abort()
    this.#waiting.clear()
  }

  #add(id: string, what: MirroredSession | 'ended'): void {
    if (this.#stopping.signal.aborted) return
    const [oldest] = this.#waiting.keys()
    if (this.#waiting.size >= maxPending && oldest !== undefined) this.#waiting.delete(oldest)
    this.#waiting.set(id, what)
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
  }

  async #write(): Promise<void> {
    const { logger, pauses = { initialMs: 500, maxMs: 10_000 } } = this.#options
    // Do not delay the request that reported the session.
    await Promise.resolve()
    for (let failures = 0; ;) {
      const next = this.#waiting.entries().next().value
      if (!next) return
      const [id, what] = next
      try {
        await this.#writeOne(id, what)
        if (this.#waiting.get(id) === what) this.#waiting.delete(id)
        failures = 0
      } catch (error) {
        logger.debug({ err: error }, 'sessions cannot be copied to Redis now')
        for (const [other, waits] of this.#waiting) if (waits !== 'ended') this.#waiting.delete(other)
        await sleep(backoff(failures++, pauses), this.#stopping.signal)
      }
    }
  }

  async #writeOne(id: string, what: MirroredSession | 'ended'): Promise<void> {
    const { target, clock } = this.#options
    if (what === 'ended') {
      await target.remove(id)
      return
    }
    const { userId, device, lastUsedAt, expiresAt } = what
    const leftMs = expiresAt === null ? maxExpiryMs : expiresAt - clock.now()
    if (leftMs <= 0) return
    const text = JSON.stringify({ userId, device, lastUsedAt, expiresAt })
    await target.show(id, text, Math.min(leftMs, maxExpiryMs))
  }
}
