import { timing } from '../../protocol/index.ts'
import type { CloseReason, ServerFrame, UserEvent } from '../../protocol/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import { every, jitter, sleep } from '../base/index.ts'
import { sessionIdOf } from '../accounts/index.ts'
import type { Caller } from '../accounts/index.ts'

/**
 * The revoked sessions, and the users whose rights changed; `all`: it is not known which, so every session is checked.
 */
export type Revocation = { sessionIds: string[]; userIds: string[] } | 'all'

/** The part of a socket that the hub uses. */
export interface OpenSocket {
  readonly isFallback: boolean
  /** Undefined until the socket's `hello` was accepted. */
  readonly client: { readonly caller: Caller } | undefined
  readonly open: boolean
  readonly following: boolean
  /** When a frame was last sent, by the monotonic clock. */
  readonly lastSent: number
  send(frame: ServerFrame): void
  close(reason: CloseReason): void
  /** Whether its session is still valid. Rejects if that cannot be checked now. */
  recheckSession(): Promise<boolean>
}

/** Every open socket of this instance. Signed-in sockets can also be found by their user. */
export class Hub {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #sockets = new Set<OpenSocket>()
  readonly #byUser = new Map<string, Set<OpenSocket>>()
  readonly #stopping = new AbortController()
  /** Sockets whose session could not be checked because the store did not answer. */
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

  /** The number of pages that use server-sent events or polls because something blocks WebSockets. */
  get fallbacks(): number {
    return this.#fallbacks
  }

  start(): void {
    void every(async () => this.#eachSecond(), {
      ms: () => 1000,
      failed: (error) => this.#logger.error({ err: error }, 'checking and pinging sockets failed'),
      signal: this.#stopping.signal,
    })
  }

  add(socket: OpenSocket): void {
    this.#sockets.add(socket)
    if (socket.isFallback) this.#fallbacks++
  }

  /** Registers a socket under its user. Call it when the socket's `hello` was accepted. */
  addUserSocket(socket: OpenSocket, userId: string): void {
    const ofUser = this.#byUser.get(userId)
    if (ofUser) ofUser.add(socket)
    else this.#byUser.set(userId, new Set([socket]))
  }

  remove(socket: OpenSocket): void {
    if (this.#sockets.delete(socket) && socket.isFallback) this.#fallbacks--
    this.#unchecked.delete(socket)
    const userId = socket.client?.caller.user.id
    const ofUser = userId === undefined ? undefined : this.#byUser.get(userId)
    if (userId !== undefined && ofUser?.delete(socket) && ofUser.size === 0) this.#byUser.delete(userId)
  }

  /** Sends an event to all signed-in sockets of this instance. */
  broadcast(event: UserEvent): void {
    for (const socket of this.#sockets) {
      if (socket.client) socket.send({ t: 'event', event })
    }
  }

  /** Sends an event to the sockets of administrators on this instance. */
  notifyAdmins(event: UserEvent): void {
    for (const socket of this.#sockets) {
      if (socket.client?.caller.user.role === 'admin') socket.send({ t: 'event', event })
    }
  }

  /** Closes revoked sockets as `signedOut`. Sockets of users whose rights changed are checked first. */
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
      const caller = socket.client?.caller
      if (caller === undefined || users.has(caller.user.id)) continue
      const sessionId = sessionIdOf(caller)
      if (sessionId !== null && sessions.has(sessionId)) socket.close('signedOut')
    }
  }

  /** Closes all sockets and has their clients reconnect at random moments within `spreadMs`. */
  async drain(spreadMs: number): Promise<void> {
    this.#stopping.abort()
    const sockets = [...this.#sockets]
    for (const socket of sockets) {
      socket.send({ t: 'bye', reason: 'draining', afterMs: Math.round(jitter() * spreadMs) })
    }
    await sleep(50)
    for (const socket of sockets) socket.close('draining')
  }

  /** Closes all sockets because this instance is cut off: their clients reconnect at once, to another instance. */
  disconnectAll(): void {
    for (const socket of this.#sockets) socket.close('cutOff')
  }

  /**
   * Closes sockets whose session has expired, and pings sockets to which nothing was sent for long: a socket that
   * follows a run gets a frame at least every 3 s, an idle one every 20 s.
   */
  #eachSecond(): void {
    void this.#retryUnchecked()
    const now = this.#clock.monotonic()
    const time = this.#clock.now()
    for (const socket of this.#sockets) {
      const expiresAt = socket.client?.caller.credential.expiresAt ?? null
      if (expiresAt !== null && expiresAt <= time) {
        socket.close('signedOut')
        continue
      }
      const silent = now - socket.lastSent
      // This check runs once a second: sending a ping a second early is better than sending it late.
      if (silent > timing.pingMs || (socket.following && silent > timing.followedSilenceMs - 1100)) {
        socket.send({ t: 'ping' })
      }
    }
  }

  async #recheckAll(): Promise<void> {
    for (const socket of this.#sockets) {
      if (socket.client) await this.#recheckOne(socket)
    }
  }

  /** Checks one socket after the other and stops at the first failure, since the store may still be unreachable. */
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

  /** Closes the socket if its session was revoked. Returns false if that cannot be checked now; it is then retried. */
  async #recheckOne(socket: OpenSocket): Promise<boolean> {
    try {
      if (socket.open && !(await socket.recheckSession())) socket.close('signedOut')
      return true
    } catch (error) {
      this.#logger.debug({ err: error }, 'the session of a socket could not be checked')
      if (socket.open) this.#unchecked.add(socket)
      return false
    }
  }
}
