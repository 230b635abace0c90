import { AppError } from '../../protocol/errors.ts'

export interface Access {
  userId: string
  sessionId: string | null
}

interface Flight<T> {
  tick: number
  result: Promise<T | undefined>
}

const fills = 8

/**
 * The sessions and API keys that this instance has looked up, by credential. Each revocation increments a counter. If
 * the counter changes during a read, the read is repeated, so that no revocation is lost between read and caching (P5).
 */
export class AccessCache<T extends Access> {
  readonly #most: number
  readonly #known = new Map<string, T>()
  readonly #flights = new Map<string, Flight<T>>()
  #tick = 0

  constructor(most = 50_000) {
    this.#most = most
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
    const flying = this.#flights.get(credential)
    // A read that began before the last revocation may return outdated access, so it is not shared.
    if (flying?.tick === this.#tick) return flying.result
    const flight = { tick: this.#tick, result: this.#readQuietly(credential, read) }
    this.#flights.set(credential, flight)
    try {
      return await flight.result
    } finally {
      if (this.#flights.get(credential) === flight) this.#flights.delete(credential)
    }
  }

  revoked(sessionIds: ReadonlySet<string>, userIds: ReadonlySet<string>): void {
    this.#tick++
    for (const [credential, { sessionId, userId }] of this.#known) {
      if (userIds.has(userId) || (sessionId !== null && sessionIds.has(sessionId))) {
        this.#known.delete(credential)
      }
    }
  }

  forgetAll(): void {
    this.#tick++
    this.#known.clear()
  }

  async #readQuietly(credential: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    for (let attempt = 0; attempt < fills; attempt++) {
      const tick = this.#tick
      const found = await read()
      if (tick !== this.#tick) continue
      if (found) this.#keep(credential, found)
      return found
    }
    throw new AppError('busy', { retryAfterMs: 500 })
  }

  #keep(credential: string, found: T): void {
    if (this.#known.size >= this.#most) {
      const oldest = this.#known.keys().next().value
      if (oldest !== undefined) this.#known.delete(oldest)
    }
    this.#known.set(credential, found)
  }
}
