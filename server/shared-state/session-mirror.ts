import { backoff, sleep } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'

/** A session as the mirror shows it; never its token. */
export interface ShownSession {
  id: string
  userId: string
  device: string
  lastUsedAt: number
  /** Null: it does not end by itself. */
  expiresAt: number | null
}

/** Where it is shown. A rejection means that nothing is known of the outcome. */
export interface SessionMirrorPlace {
  show(id: string, text: string, expiresMs: number): Promise<unknown>
  remove(id: string): Promise<unknown>
}

export interface SessionMirrorOptions {
  place: SessionMirrorPlace
  clock: Clock
  logger: Logger
  /** Pauses after a failure, ms. */
  pauses?: { first: number; most: number }
}

/** As long as a browser keeps the cookie of a session that does not end. */
const longestMs = 400 * 86_400_000
const mostWaiting = 20_000

/**
 * Shows sessions with device and last use to people who look into Redis. A copy for looking at and nothing else: no
 * right depends on it. Writes go one after the other beside requests; what cannot be shown now is shown at the next
 * use, and what has to go is tried until it has gone.
 */
export class SessionMirror {
  readonly #options: SessionMirrorOptions
  readonly #waiting = new Map<string, ShownSession | 'ended'>()
  readonly #stopping = new AbortController()
  #writing: Promise<void> | undefined

  constructor(options: SessionMirrorOptions) {
    this.#options = options
  }

  /** The session was used. Returns at once; whoever calls it does so at most once a minute for one session. */
  seen(session: ShownSession): void {
    // What ended stays ended: a use that was noted before may be told after.
    if (this.#waiting.get(session.id) !== 'ended') this.#add(session.id, session)
  }

  ended(ids: Iterable<string>): void {
    for (const id of ids) this.#add(id, 'ended')
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    await this.#writing
  }

  stop(): void {
    this.#stopping.abort()
    this.#waiting.clear()
  }

  #add(id: string, what: ShownSession | 'ended'): void {
    if (this.#stopping.signal.aborted) return
    const [oldest] = this.#waiting.keys()
    if (this.#waiting.size >= mostWaiting && oldest !== undefined) this.#waiting.delete(oldest)
    this.#waiting.set(id, what)
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
  }

  async #write(): Promise<void> {
    const { logger, pauses = { first: 500, most: 10_000 } } = this.#options
    // Let the request that brought it go first.
    await Promise.resolve()
    for (let failures = 0; ;) {
      const next = this.#waiting.entries().next().value
      if (!next) return
      const [id, what] = next
      try {
        await this.#tell(id, what)
        if (this.#waiting.get(id) === what) this.#waiting.delete(id)
        failures = 0
      } catch (error) {
        logger.debug({ err: error }, 'sessions cannot be shown in Redis now')
        for (const [other, waits] of this.#waiting) if (waits !== 'ended') this.#waiting.delete(other)
        await sleep(backoff(failures++, pauses), this.#stopping.signal)
      }
    }
  }

  async #tell(id: string, what: ShownSession | 'ended'): Promise<void> {
    const { place, clock } = this.#options
    if (what === 'ended') {
      await place.remove(id)
      return
    }
    const { userId, device, lastUsedAt, expiresAt } = what
    const leftMs = expiresAt === null ? longestMs : expiresAt - clock.now()
    if (leftMs <= 0) return
    const text = JSON.stringify({ userId, device, lastUsedAt, expiresAt })
    await place.show(id, text, Math.min(leftMs, longestMs))
  }
}
