import type { Logger } from '../base/index.ts'
import type { AccountStore } from './account-store.ts'

export interface CredentialUse {
  userId: string
  sessionId: string | null
  apiKeyId: string | null
  at: number
  /** When the session or key expires, epoch ms; null: never. */
  expiresAt: number | null
}

/** Saves when a session or API key and its user were last used, one write at a time and outside of requests. */
export class LastUse {
  readonly #store: AccountStore
  readonly #logger: Logger
  #waiting = new Map<string, CredentialUse>()
  #writing: Promise<void> | undefined
  #closed = false

  constructor(store: AccountStore, logger: Logger) {
    this.#store = store
    this.#logger = logger
  }

  /** Queues the write and returns immediately. A later use of the same session replaces one that is still queued. */
  record(use: CredentialUse): void {
    if (this.#closed) return
    this.#waiting.set(use.sessionId ?? use.apiKeyId ?? use.userId, use)
    this.#writing ??= this.#write()
  }

  /** Resolves when each queued write has been executed, or dropped because the store failed. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.settled()
  }

  async #write(): Promise<void> {
    // Let the request continue first.
    await Promise.resolve()
    for (let use = this.#next(); use; use = this.#next()) {
      try {
        if (use.sessionId !== null) await this.#store.sessions.touch(use.sessionId, use.at, use.expiresAt)
        if (use.apiKeyId !== null) await this.#store.apiKeys.touch(use.apiKeyId, use.at)
        await this.#store.users.touch(use.userId, use.at)
      } catch (error) {
        // The queued times are dropped while the store is unavailable: the next use of the session or key saves a newer
        // time.
        this.#waiting.clear()
        this.#logger.debug({ err: error }, 'the time of last use was not saved')
      }
    }
    this.#writing = undefined
  }

  #next(): CredentialUse | undefined {
    for (const [key, use] of this.#waiting) {
      this.#waiting.delete(key)
      return use
    }
    return undefined
  }
}
