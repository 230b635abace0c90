import type { Sessions } from '../store/contract/sessions.ts'
import type { Authenticator } from './authenticator.ts'

/** Applies the revocations of all instances on this instance: sessions that ended and users whose access changed. */
export class Revocations {
  readonly #sessions: Pick<Sessions, 'revokedSince'>
  readonly #authenticator: Pick<Authenticator, 'revoked'>
  /** Revocations up to this time have been read, by the store's clock. */
  #readUntil = 0

  constructor(sessions: Pick<Sessions, 'revokedSince'>, authenticator: Pick<Authenticator, 'revoked'>) {
    this.#sessions = sessions
    this.#authenticator = authenticator
  }

  /**
   * Must be called on each change of the feed `revocations`. Reads the revocations since the previous call. If it
   * rejects, nothing was applied, and the next call includes them.
   */
  async read(): Promise<void> {
    const { sessionIds, userIds, now } = await this.#sessions.revokedSince(this.#readUntil)
    this.#authenticator.revoked(sessionIds, userIds)
    this.#readUntil = now
  }
}
