import type { Sessions } from '../store/contract/sessions.ts'
import type { Authenticator } from './authenticator.ts'

/** Applies on this instance what any instance has revoked: which sessions ended, and whose access changed. */
export class Revocations {
  readonly #sessions: Pick<Sessions, 'revokedSince'>
  readonly #authenticator: Pick<Authenticator, 'revoked'>
  /** The store's time up to which they were read. */
  #readUntil = 0

  constructor(sessions: Pick<Sessions, 'revokedSince'>, authenticator: Pick<Authenticator, 'revoked'>) {
    this.#sessions = sessions
    this.#authenticator = authenticator
  }

  /**
   * Call on each change of the feed `revocations`: reads those since the last reading. When it rejects, nothing was
   * applied and the next reading includes them.
   */
  async read(): Promise<void> {
    const { sessionIds, userIds, now } = await this.#sessions.revokedSince(this.#readUntil)
    this.#authenticator.revoked(sessionIds, userIds)
    this.#readUntil = now
  }
}
