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
 * What this instance knows of sessions and API keys, by credential. A revocation raises a tick; what was read while
 * the tick moved is read again, so that no revocation falls between a read and its place in here (P5).
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

  /** Reads and keeps; one read for all who ask at once. Undefined is not kept. Rejects as `read` does. */
  async fill(credential: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    const flying = this.#flights.get(credential)
    // One that began before the last revocation may end with what is no longer true.
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
