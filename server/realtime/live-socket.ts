import { AppError } from '../../protocol/index.ts'
import type { CloseReason, Position, ServerFrame, UserEvent } from '../../protocol/index.ts'
import type { Logger } from '../base/index.ts'
import type { RunSink, RunView } from '../chat/index.ts'
import type { Caller, Credentials } from '../accounts/index.ts'
import type { RealtimePorts } from './ports.ts'
import { Outbox } from './outbox.ts'
import type { Transport } from './outbox.ts'

export interface LiveSocketOptions {
  ports: RealtimePorts
  transport: Transport
  /** The client uses server-sent events or polls, because something on its network path blocks WebSockets. */
  isFallback?: boolean
  /** Closes the transport, which then calls `closed`. */
  close: (reason: CloseReason) => void
  /** Called with each frame before it is sent. */
  beforeSend?: (frame: ServerFrame) => void
  logger: Logger
}

/** The client of a socket, once its `hello` was accepted. */
export interface SocketClient {
  caller: Caller
  tab: string
  /** The page understands events that have the ids of messages instead of whole messages. */
  rereads: boolean
  /** Kept to check again whether the session is still valid. */
  credentials: Credentials
}

/** One client, over any transport: its outbox, the runs that it follows, and the channel number of each. */
export class LiveSocket {
  readonly ports: RealtimePorts
  readonly logger: Logger
  readonly isFallback: boolean
  readonly #outbox: Outbox
  readonly #close: (reason: CloseReason) => void
  readonly #beforeSend: ((frame: ServerFrame) => void) | undefined
  #client: SocketClient | undefined
  #follows: Map<string, { leave: () => void }> | undefined
  #channels = 0
  #unsubscribe: (() => void) | undefined
  #releasePageSlot: (() => void) | undefined
  #closed = false
  /** When a frame was last sent, by the monotonic clock; the hub pings sockets that are quiet for too long. */
  lastSent = 0

  constructor({ ports, transport, isFallback = false, close, beforeSend, logger }: LiveSocketOptions) {
    this.isFallback = isFallback
    this.ports = ports
    this.logger = logger
    this.#close = close
    this.#beforeSend = beforeSend
    this.#outbox = new Outbox(transport, () => this.close('slow'))
  }

  get client(): SocketClient | undefined {
    return this.#client
  }

  get following(): boolean {
    return (this.#follows?.size ?? 0) > 0
  }

  get open(): boolean {
    return !this.#closed
  }

  send(frame: ServerFrame): void {
    if (this.#closed) return
    this.lastSent = this.ports.clock.monotonic()
    this.#beforeSend?.(frame)
    this.#outbox.push(frame)
  }

  close(reason: CloseReason): void {
    if (this.#closed) return
    this.closed()
    this.#close(reason)
  }

  /** Called when the transport has closed. */
  closed(): void {
    if (this.#closed) return
    this.#closed = true
    this.#unsubscribe?.()
    this.#releasePageSlot?.()
    for (const { leave } of this.#follows?.values() ?? []) leave()
    this.#follows = undefined
    this.ports.hub.remove(this)
  }

  /**
   * Whether its session is still valid. Sends `account.changed` if the role differs. Rejects if it cannot be checked
   * now.
   */
  async recheckSession(): Promise<boolean> {
    if (!this.#client) return true
    const { credentials, caller: before } = this.#client
    try {
      const caller = await this.ports.authenticate(credentials)
      this.#client.caller = caller
      if (caller.user.role !== before.user.role) this.send({ t: 'event', event: { name: 'account.changed' } })
      return true
    } catch (error) {
      if (error instanceof AppError && (error.status === 401 || error.status === 403)) return false
      throw error
    }
  }

  /**
   * Rejects if the user has as many pages open as the settings allow. Authenticate again afterwards: this may take
   * long.
   */
  async reservePageSlot(userId: string): Promise<void> {
    const leave = await this.ports.presence.enter(userId, this.ports.socketsPerUser())
    if (this.#closed) leave()
    else this.#releasePageSlot = leave
  }

  /** Accepts the client's `hello`: from now on this socket receives the user's events. */
  welcome(client: SocketClient): void {
    this.#client = client
    const { user } = client.caller
    this.ports.hub.addUserSocket(this, user.id)
    this.#unsubscribe = this.ports.events.listen(user.id, {
      event: (event) => this.send(frameOfEvent(event, client.rereads)),
      gap: () => this.send({ t: 'gap' }),
    })
    const { instance, version } = this.ports
    this.send({ t: 'welcome', v: 1, instance, version, user })
  }

  /** Follows a run from a position. A second call for the same run starts again from the new position. */
  async follow(runId: string, position: Position | undefined): Promise<void> {
    if (!this.#client) return
    this.#follows ??= new Map()
    this.#follows.get(runId)?.leave()
    if (this.#follows.size >= this.ports.maxFollows && !this.#follows.has(runId)) {
      this.send({
        t: 'error',
        error: {
          code: 'busy',
          message: `This connection already follows ${this.ports.maxFollows} answers, which is the maximum. Unfollow one first.`,
        },
      })
      return
    }
    const entry = { leave: () => {} }
    this.#follows.set(runId, entry)
    const channel = ++this.#channels
    const isCurrent = (): boolean => this.#follows?.get(runId) === entry
    let leave: (() => void) | undefined
    try {
      leave = await this.ports.chat.follow(
        runId,
        this.#client.caller.user.id,
        position,
        this.#sink(runId, channel),
      )
      if (!leave && isCurrent()) this.send({ t: 'run.gone', runId })
    } finally {
      // If the run is not followed now, its entry must not count towards the maximum of followed runs.
      if (!isCurrent()) leave?.()
      else if (leave) entry.leave = leave
      else this.#follows?.delete(runId)
    }
  }

  unfollow(runId: string): void {
    this.#follows?.get(runId)?.leave()
    this.#follows?.delete(runId)
  }

  #sink(runId: string, c: number): RunSink & { opened(view: RunView): void } {
    let messageId = ''
    return {
      opened: (view) => {
        messageId = view.identity.messageId
      },
      run: (state) => this.send({ t: 'run', c, runId, messageId, ...state }),
      words: (at, x, seq) => this.send(seq > 0 ? { t: 'w', c, at, x, s: seq } : { t: 'w', c, at, x }),
      link: (link) => this.send({ t: 'run.link', c, link }),
      phase: (phase, queuePosition) =>
        this.send({
          t: 'run.phase',
          c,
          phase,
          ...(queuePosition === undefined ? {} : { place: queuePosition }),
        }),
      end: (end) => {
        this.#follows?.delete(runId)
        this.send({ t: 'run.end', c, runId, messageId, ...end })
      },
    }
  }
}

/**
 * The frame that carries an event to a page. An event from a server before 0.2 has whole messages: the page gets their
 * ids. A page before 0.2 does not understand ids: it gets a `gap`, after which it refreshes what it shows.
 */
function frameOfEvent(event: UserEvent, rereads: boolean): ServerFrame {
  if (event.name !== 'messages.changed') return { t: 'event', event }
  const messageIds = event.messageIds ?? event.messages.map(({ id }) => id)
  if (messageIds.length > 0 && !rereads) return { t: 'gap' }
  return { t: 'event', event: { ...event, messageIds, messages: [] } }
}
