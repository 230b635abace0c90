import { timing } from '../../protocol/index.ts'
import type { CloseReason, ServerFrame, UserEvent } from '../../protocol/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import { every, jitter, sleep } from '../base/index.ts'
import { sessionIdOf } from '../accounts/index.ts'
import type { Caller } from '../accounts/index.ts'

/** Which sessions or users are no longer welcome; `all`: it is not known which, ask again about each. */
export type Revocation = { sessionIds: string[]; userIds: string[] } | 'all'

/** What the hub knows of a socket. */
export interface OpenSocket {
  readonly isFallback: boolean
  /** Undefined until its hello was answered. */
  readonly speaker: { readonly caller: Caller } | undefined
  readonly open: boolean
  readonly following: boolean
  /** When something was last sent, by the monotonic clock. */
  readonly lastSent: number
  send(frame: ServerFrame): void
  close(reason: CloseReason): void
  /** Whether its session still holds. Rejects when that cannot be known now. */
  stillWelcome(): Promise<boolean>
}

/** Every open socket of this instance, those that have said hello also by their user. */
export class Hub {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #sockets = new Set<OpenSocket>()
  readonly #byUser = new Map<string, Set<OpenSocket>>()
  readonly #stopping = new AbortController()
  /** Sockets whose session could not be checked, because the store did not answer. */
  readonly #unchecked = new Set<OpenSocket>()
  #retrying = false
  #fallbacks = 0

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  get size(): number {
    return this.#sockets.size
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

  add(socket: OpenSocket): void {
    this.#sockets.add(socket)
    if (socket.isFallback) this.#fallbacks++
  }

  /** Its hello was answered: from now on it is this user's. */
  greeted(socket: OpenSocket, userId: string): void {
    const ofUser = this.#byUser.get(userId)
    if (ofUser) ofUser.add(socket)
    else this.#byUser.set(userId, new Set([socket]))
  }

  remove(socket: OpenSocket): void {
    if (this.#sockets.delete(socket) && socket.isFallback) this.#fallbacks--
    this.#unchecked.delete(socket)
    const userId = socket.speaker?.caller.user.id
    const ofUser = userId === undefined ? undefined : this.#byUser.get(userId)
    if (userId !== undefined && ofUser?.delete(socket) && ofUser.size === 0) this.#byUser.delete(userId)
  }

  /** Tells everybody here of what concerns everybody. */
  tell(event: UserEvent): void {
    for (const socket of this.#sockets) {
      if (socket.speaker) socket.send({ t: 'event', event })
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
      for (const socket of this.#byUser.get(userId) ?? []) void this.#recheckOne(socket)
    }
    if (revocation.sessionIds.length === 0) return
    const sessions = new Set(revocation.sessionIds)
    for (const socket of this.#sockets) {
      const caller = socket.speaker?.caller
      if (caller === undefined || users.has(caller.user.id)) continue
      const sessionId = sessionIdOf(caller)
      if (sessionId !== null && sessions.has(sessionId)) socket.close('signedOut')
    }
  }

  /** Tells everybody to come back, spread over `spreadMs`, and closes them. */
  async drain(spreadMs: number): Promise<void> {
    this.#stopping.abort()
    const sockets = [...this.#sockets]
    for (const socket of sockets) {
      socket.send({ t: 'bye', reason: 'draining', afterMs: Math.round(jitter() * spreadMs) })
    }
    await sleep(50)
    for (const socket of sockets) socket.close('draining')
  }

  /** This instance knows nothing new any more: everybody comes back at once, to another one. */
  sendElsewhere(): void {
    for (const socket of this.#sockets) socket.close('cutOff')
  }

  /**
   * Closes what has outlived its session. A followed run says something at least every 3 s; an idle socket every 20 s.
   */
  #eachSecond(): void {
    void this.#retryUnchecked()
    const now = this.#clock.monotonic()
    const time = this.#clock.now()
    for (const socket of this.#sockets) {
      const expiresAt = socket.speaker?.caller.credential.expiresAt ?? null
      if (expiresAt !== null && expiresAt <= time) {
        socket.close('signedOut')
        continue
      }
      const silent = now - socket.lastSent
      // The turn comes once a second: a second early is better than late.
      if (silent > timing.pingMs || (socket.following && silent > timing.followedSilenceMs - 1100)) {
        socket.send({ t: 'ping' })
      }
    }
  }

  async #recheckAll(): Promise<void> {
    for (const socket of this.#sockets) {
      if (socket.speaker) await this.#recheckOne(socket)
    }
  }

  /** One after the other, until the first that fails: the store may still be away. */
  async #retryUnchecked(): Promise<void> {
    if (this.#retrying) return
    this.#retrying = true
    try {
      for (const socket of this.#unchecked) {
        this.#unchecked.delete(socket)
        if (!(await this.#recheckOne(socket))) break
      }
    } finally {
      this.#retrying = false
    }
  }

  /** Closes the socket if its session was revoked. Returns false when that cannot be known now: it is retried. */
  async #recheckOne(socket: OpenSocket): Promise<boolean> {
    try {
      if (socket.open && !(await socket.stillWelcome())) socket.close('signedOut')
      return true
    } catch (error) {
      this.#logger.debug({ err: error }, 'the session of a socket could not be checked')
      if (socket.open) this.#unchecked.add(socket)
      return false
    }
  }
}
