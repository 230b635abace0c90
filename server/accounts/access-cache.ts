import { AppError } from '../../protocol/errors.ts'

export interface Access {
  userId: string
  sessionId: string | null
}

interface PendingRead<T> {
  tick: number
  result: Promise<T | undefined>
}

const maxReads = 8

/**
 * The sessions and API keys that this instance has looked up, by credential. Each revocation increments a counter. If
 * the counter changes during a read, the read is repeated, so that no revocation is lost between read and caching (P5).
 */
export class AccessCache<T extends Access> {
  readonly #maxEntries: number
  readonly #known = new Map<string, T>()
  readonly #pendingReads = new Map<string, PendingRead<T>>()
  #tick = 0

  constructor(maxEntries = 50_000) {
    this.#maxEntries = maxEntries
  }

  get(credential: string): T | undefined {
    return this.#known.get(credential)
  }

  drop(credential: string): void {
    this.#known.delete(credential)
  }

  /**
   * Reads the access and caches it, unless it is undefined. Concurrent callers share one read. Rejects as `read` does,
   * and with `busy` if revocations interrupt every attempt.
   */
  async fill(credential: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    const pending = this.#pendingReads.get(credential)
    // A read that began before the last revocation may return outdated access, so it is not shared.
    if (pending?.tick === this.#tick) return pending.result
    const pendingRead = { tick: this.#tick, result: this.#readUntilStable(credential, read) }
    this.#pendingReads.set(credential, pendingRead)
    try {
      return await pendingRead.result
    } finally {
      if (this.#pendingReads.get(credential) === pendingRead) this.#pendingReads.delete(credential)
    }
  }

  dropRevoked(sessionIds: ReadonlySet<string>, userIds: ReadonlySet<string>): void {
    this.#tick++
    for (const [credential, { sessionId, userId }] of this.#known) {
      if (userIds.has(userId) || (sessionId !== null && sessionIds.has(sessionId))) {
        this.#known.delete(credential)
      }
    }
  }

  clear(): void {
    this.#tick++
    this.#known.clear()
  }

  async #readUntilStable(credential: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    for (let attempt = 0; attempt < maxReads; attempt++) {
      const tick = this.#tick
      const found = await read()
      if (tick !== this.#tick) continue
      if (found) this.#keep(credential, found)
      return found
    }
    throw new AppError('busy', { retryAfterMs: 500 })
  }

  #keep(credential: string, found: T): void {
    if (this.#known.size >= this.#maxEntries) {
      const oldest = this.#known.keys().next().value
      if (oldest !== undefined) this.#known.delete(oldest)
    }
    this.#known.set(credential, found)
  }
}
