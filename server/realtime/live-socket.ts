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
  /** By server-sent events or polls: something on the way to this reader blocks WebSockets. */
  isFallback?: boolean
  /** Closes the transport; the socket is told by `closed`. */
  close: (reason: CloseReason) => void
  /** Is told of each frame before it goes. */
  sending?: (frame: ServerFrame) => void
  logger: Logger
}

/** Who speaks on a socket, once hello was answered. */
export interface Speaker {
  caller: Caller
  tab: string
  /** Its page understands events that name messages instead of carrying them. */
  rereads: boolean
  /** To ask again whether the session still holds. */
  credentials: Credentials
}

/** One reader, by whatever transport: its outbox, the runs it follows, and its short names for them. */
export class LiveSocket {
  readonly ports: RealtimePorts
  readonly logger: Logger
  readonly isFallback: boolean
  readonly #outbox: Outbox
  readonly #close: (reason: CloseReason) => void
  readonly #sending: ((frame: ServerFrame) => void) | undefined
  #speaker: Speaker | undefined
  #follows: Map<string, { leave: () => void }> | undefined
  #channels = 0
  #leaveEvents: (() => void) | undefined
  #leaveRoom: (() => void) | undefined
  #closed = false
  /** When something was last sent, by the hub's clock; the hub keeps followed sockets from falling silent. */
  lastSent = 0

  constructor({ ports, transport, isFallback = false, close, sending, logger }: LiveSocketOptions) {
    this.isFallback = isFallback
    this.ports = ports
    this.logger = logger
    this.#close = close
    this.#sending = sending
    this.#outbox = new Outbox(transport, () => this.close('slow'))
  }

  get speaker(): Speaker | undefined {
    return this.#speaker
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
    this.#sending?.(frame)
    this.#outbox.push(frame)
  }

  close(reason: CloseReason): void {
    if (this.#closed) return
    this.closed()
    this.#close(reason)
  }

  /** The transport has gone. */
  closed(): void {
    if (this.#closed) return
    this.#closed = true
    this.#leaveEvents?.()
    this.#leaveRoom?.()
    for (const { leave } of this.#follows?.values() ?? []) leave()
    this.#follows = undefined
    this.ports.hub.remove(this)
  }

  /** Whether its session still holds; a reader who may do other things now is told. Rejects when that cannot be known now. */
  async stillWelcome(): Promise<boolean> {
    if (!this.#speaker) return true
    const { credentials, caller: before } = this.#speaker
    try {
      const caller = await this.ports.authenticate(credentials)
      this.#speaker.caller = caller
      if (caller.user.role !== before.user.role) this.send({ t: 'event', event: { name: 'account.changed' } })
      return true
    } catch (error) {
      if (error instanceof AppError && (error.status === 401 || error.status === 403)) return false
      throw error
    }
  }

  /** Rejects where the user has as many pages open as the settings allow. Takes time: authenticate again after it. */
  async takeRoom(userId: string): Promise<void> {
    const leave = await this.ports.presence.enter(userId, this.ports.socketsPerUser())
    if (this.#closed) leave()
    else this.#leaveRoom = leave
  }

  /** Hello was answered: from now on the user's events come here. */
  greet(speaker: Speaker): void {
    this.#speaker = speaker
    const { user } = speaker.caller
    this.ports.hub.greeted(this, user.id)
    this.#leaveEvents = this.ports.events.listen(user.id, {
      event: (event) => this.send(frameOfEvent(event, speaker.rereads)),
      gap: () => this.send({ t: 'gap' }),
    })
    const { instance, version } = this.ports
    this.send({ t: 'welcome', v: 1, instance, version, user })
  }

  /** Follows a run from a position; a second call for the same run moves the position. */
  async follow(runId: string, position: Position | undefined): Promise<void> {
    if (!this.#speaker) return
    this.#follows ??= new Map()
    this.#follows.get(runId)?.leave()
    if (this.#follows.size >= this.ports.mostFollows && !this.#follows.has(runId)) {
      this.send({
        t: 'error',
        error: { code: 'busy', message: `At most ${this.ports.mostFollows} runs can be followed at once.` },
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
        this.#speaker.caller.user.id,
        position,
        this.#sink(runId, channel),
      )
      if (!leave && isCurrent()) this.send({ t: 'run.gone', runId })
    } finally {
      // Only what is really followed keeps its slot.
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
      phase: (phase, place) =>
        this.send({ t: 'run.phase', c, phase, ...(place === undefined ? {} : { place }) }),
      end: (end) => {
        this.#follows?.delete(runId)
        this.send({ t: 'run.end', c, runId, messageId, ...end })
      },
    }
  }
}

/**
 * The frame that carries an event to a page. A server before 0.2 sends whole messages: the page gets their ids. A page
 * before 0.2 knows no ids: it gets a gap, after which it reads again what it shows.
 */
function frameOfEvent(event: UserEvent, rereads: boolean): ServerFrame {
  if (event.name !== 'messages.changed') return { t: 'event', event }
  const messageIds = event.messageIds ?? event.messages.map(({ id }) => id)
  if (messageIds.length > 0 && !rereads) return { t: 'gap' }
  return { t: 'event', event: { ...event, messageIds, messages: [] } }
}
