import { timing } from '../../protocol/index.ts'
import type { UserEvent } from '../../protocol/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import { every, jitter, sleep } from '../base/index.ts'
import type { Connection } from './connection.ts'

/** Which sessions or users are no longer welcome; `all`: it is not known which, ask again about each. */
export type Revocation = { sessionIds: string[]; userIds: string[] } | 'all'

/** Every open connection of this instance, those that have said hello also by their user. */
export class Hub {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #connections = new Set<Connection>()
  readonly #byUser = new Map<string, Set<Connection>>()
  readonly #stopping = new AbortController()
  #fallbacks = 0

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  get size(): number {
    return this.#connections.size
  }

  /** Readers by server-sent events or polls, because something blocks WebSockets. */
  get fallbacks(): number {
    return this.#fallbacks
  }

  start(): void {
    void every(async () => this.#eachSecond(), {
      ms: () => 1000,
      failed: (error) => this.#logger.error({ err: error }, 'keeping sockets alive failed'),
      signal: this.#stopping.signal,
    })
  }

  add(connection: Connection): void {
    this.#connections.add(connection)
    if (connection.isFallback) this.#fallbacks++
  }

  /** Its hello was answered: from now on it is this user's. */
  greeted(connection: Connection, userId: string): void {
    const ofUser = this.#byUser.get(userId)
    if (ofUser) ofUser.add(connection)
    else this.#byUser.set(userId, new Set([connection]))
  }

  remove(connection: Connection): void {
    if (this.#connections.delete(connection) && connection.isFallback) this.#fallbacks--
    const userId = connection.speaker?.user.id
    const ofUser = userId === undefined ? undefined : this.#byUser.get(userId)
    if (userId !== undefined && ofUser?.delete(connection) && ofUser.size === 0) this.#byUser.delete(userId)
  }

  /** Tells everybody here of what concerns everybody. */
  tell(event: UserEvent): void {
    for (const connection of this.#connections) {
      if (connection.speaker) connection.send({ t: 'event', event })
    }
  }

  /** Closes what was revoked, with a code that the client understands. */
  revoke(revocation: Revocation): void {
    if (revocation === 'all') {
      void this.#recheckAll()
      return
    }
    const users = new Set(revocation.userIds)
    for (const userId of users) {
      for (const connection of this.#byUser.get(userId) ?? []) void this.#recheckOne(connection)
    }
    if (revocation.sessionIds.length === 0) return
    const sessions = new Set(revocation.sessionIds)
    for (const connection of this.#connections) {
      const { sessionId, user } = connection.speaker ?? {}
      if (sessionId && sessions.has(sessionId) && !(user && users.has(user.id))) connection.close('signedOut')
    }
  }

  /** Tells everybody to come back, spread over `spreadMs`, and closes them. */
  async drain(spreadMs: number): Promise<void> {
    this.#stopping.abort()
    const connections = [...this.#connections]
    for (const connection of connections) {
      connection.send({ t: 'bye', reason: 'draining', afterMs: Math.round(jitter() * spreadMs) })
    }
    await sleep(50)
    for (const connection of connections) connection.close('draining')
  }

  /** This instance knows nothing new any more: everybody comes back at once, to another one. */
  sendElsewhere(): void {
    for (const connection of this.#connections) connection.close('cutOff')
  }

  /**
   * Closes what has outlived its session. A followed run says something at least every 3 s; an idle connection every 20 s.
   */
  #eachSecond(): void {
    const now = this.#clock.monotonic()
    const time = this.#clock.now()
    for (const connection of this.#connections) {
      const expiresAt = connection.speaker?.expiresAt ?? null
      if (expiresAt !== null && expiresAt <= time) {
        connection.close('signedOut')
        continue
      }
      const silent = now - connection.lastSent
      // The turn comes once a second: a second early is better than late.
      if (silent > timing.pingMs || (connection.following && silent > timing.followedSilenceMs - 1100)) {
        connection.send({ t: 'ping' })
      }
    }
  }

  async #recheckAll(): Promise<void> {
    for (const connection of this.#connections) {
      if (connection.speaker) await this.#recheckOne(connection)
    }
  }

  async #recheckOne(connection: Connection): Promise<void> {
    try {
      if (!connection.open || (await connection.stillWelcome())) return
      connection.close('signedOut')
    } catch (error) {
      // It cannot be known now: the next revocation or the next poll asks again.
      this.#logger.debug({ err: error }, 'a socket could not be checked again')
    }
  }
}
