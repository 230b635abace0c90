import type { Logger } from '../base/index.ts'
import type { AccountStore } from './account-store.ts'

export interface Use {
  userId: string
  sessionId: string | null
  apiKeyId: string | null
  at: number
  /** Of the session, as it stands. */
  expiresAt: number | null
}

/** Writes when a session, an API key and their user were last used: one after the other, beside requests. */
export class LastUse {
  readonly #store: AccountStore
  readonly #logger: Logger
  #waiting = new Map<string, Use>()
  #writing: Promise<void> | undefined
  #closed = false

  constructor(store: AccountStore, logger: Logger) {
    this.#store = store
    this.#logger = logger
  }

  /** Takes note and returns at once. A later use of the same session takes the place of one that still waits. */
  mark(use: Use): void {
    if (this.#closed) return
    this.#waiting.set(use.sessionId ?? use.apiKeyId ?? use.userId, use)
    this.#writing ??= this.#write()
  }

  /** Resolves when what was noted has been written or given up. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.settled()
  }

  async #write(): Promise<void> {
    // Let the request that brought it go first.
    await Promise.resolve()
    for (let use = this.#next(); use; use = this.#next()) {
      try {
        if (use.sessionId !== null) await this.#store.sessions.touch(use.sessionId, use.at, use.expiresAt)
        if (use.apiKeyId !== null) await this.#store.apiKeys.touch(use.apiKeyId, use.at)
        await this.#store.users.touch(use.userId, use.at)
      } catch (error) {
        // A time of last use is not worth a queue while the store is away: the next use in a minute tells again.
        this.#waiting.clear()
        this.#logger.debug({ err: error }, 'the time of last use was not saved')
      }
    }
    this.#writing = undefined
  }

  #next(): Use | undefined {
    for (const [key, use] of this.#waiting) {
      this.#waiting.delete(key)
      return use
    }
    return undefined
  }
}
