import type { Redis } from 'ioredis'
import type { Clock, Logger } from '../../base/index.ts'
import { guarded } from '../../base/index.ts'
import { GuardedClient } from './guarded-client.ts'
import { withoutCommand } from './redis-failure.ts'

export type ChannelKind = 'plain' | 'sharded'

export interface ChannelEvents {
  /**
   * Redis has confirmed the subscription: all messages published from now on arrive. Called again after each renewal.
   */
  confirmed(): void
  /** The connection broke, or the slot of the channel moved to another node. */
  lost(): void
  message(payload: string): void
}

interface Channel {
  kind: ChannelKind
  name: string
  wanted: boolean
  state: 'unknown' | 'busy' | 'subscribed'
  /** Grows when the connection breaks, so that replies to earlier commands are ignored. */
  turn: number
  events: ChannelEvents
}

export interface SubscriberEvents {
  alive: (alive: boolean) => void
  failed: (error: unknown) => void
  /** The slot of a sharded channel has moved to another node. */
  moved?: () => void
}

const retryMs = 1000

/**
 * ioredis 6.0.0 regards "no channel of this kind is left" as "no channel is left" and then drops the messages of the
 * other kind. A connection with both kinds therefore stays subscribed to one unused channel of each kind. Its name is
 * derived from the first subscribed channel, so that the same right allows it.
 */
const anchorOf = (name: string): string => `${name}:anchor`

/**
 * One connection with a set of channels. After every interruption it subscribes to each again, until Redis confirms.
 */
export class SubscriberConnection {
  readonly guard: GuardedClient<Redis>
  readonly #channels = new Map<string, Channel>()
  readonly #events: SubscriberEvents
  readonly #mixed: boolean
  readonly #logger: Logger
  #refusedAsMoved = 0

  constructor(
    build: () => Redis,
    options: { clock: Clock; logger: Logger; mixed: boolean; events: SubscriberEvents },
  ) {
    const { clock, logger, events } = options
    this.#logger = logger
    this.#events = events
    this.#mixed = options.mixed
    this.guard = new GuardedClient({
      build: () => this.#dispatch(build()),
      ping: (client) => client.ping(),
      clock,
      logger,
      events: {
        ready: () => this.#advanceAll(),
        lost: () => this.#markLost(() => true),
        alive: events.alive,
        failed: events.failed,
      },
    })
  }

  /** Adds a channel, or replaces the events of a channel. */
  addChannel(kind: ChannelKind, name: string, events: ChannelEvents): void {
    const key = `${kind} ${name}`
    const known = this.#channels.get(key)
    if (known) {
      known.events = events
      known.wanted = true
      if (known.state === 'subscribed') events.confirmed()
      return
    }
    if (this.#mixed && ![...this.#channels.values()].some((other) => other.kind === kind)) {
      this.#add(kind, anchorOf(name), { confirmed() {}, lost() {}, message() {} })
    }
    this.#add(kind, name, events)
  }

  /** Removes a channel. */
  removeChannel(kind: ChannelKind, name: string): void {
    const channel = this.#channels.get(`${kind} ${name}`)
    if (!channel) return
    channel.wanted = false
    this.#advance(channel)
  }

  /** Whether the connection has no channels. */
  get idle(): boolean {
    return [...this.#channels.values()].every(({ wanted }) => !wanted)
  }

  close(): void {
    this.guard.close()
    this.#channels.clear()
  }

  #add(kind: ChannelKind, name: string, events: ChannelEvents): void {
    const channel: Channel = { kind, name, wanted: true, state: 'unknown', turn: 0, events }
    this.#channels.set(`${kind} ${name}`, channel)
    this.#advance(channel)
  }

  #dispatch(client: Redis): Redis {
    const deliver = (kind: ChannelKind) =>
      this.#guarded('message', (name: string, payload: string) => {
        const channel = this.#channels.get(`${kind} ${name}`)
        if (channel?.wanted) channel.events.message(payload)
      })
    // ioredis emits `moved` both for a refused SSUBSCRIBE, which is retried here, and when Redis ends a subscription.
    const refusedOrEnded = this.#guarded('moved', () => {
      if (this.#refusedAsMoved > 0) this.#refusedAsMoved--
      else this.#resubscribeSharded()
    })
    const moved = this.#guarded('moved', () => {
      this.#events.moved?.()
      setImmediate(refusedOrEnded)
    })
    client.on('message', deliver('plain'))
    client.on('smessage', deliver('sharded'))
    client.on('moved', moved)
    return client
  }

  /**
   * A slot moved to another node. Its channels are not known, so all sharded channels still here are subscribed again.
   */
  #resubscribeSharded(): void {
    this.#markLost(({ kind }) => kind === 'sharded')
    const stepAll = this.#guarded('subscribe', () => this.#advanceAll())
    setTimeout(stepAll, retryMs).unref()
  }

  #guarded<Args extends unknown[]>(event: string, handler: (...args: Args) => void): (...args: Args) => void {
    return guarded({ logger: this.#logger, event: `Redis subscriber: ${event}` }, handler)
  }

  #markLost(which: (channel: Channel) => boolean): void {
    for (const channel of this.#channels.values()) {
      if (!which(channel)) continue
      const wasSubscribed = channel.state === 'subscribed'
      channel.state = 'unknown'
      channel.turn++
      if (wasSubscribed && channel.wanted) channel.events.lost()
    }
  }

  #advanceAll(): void {
    for (const channel of this.#channels.values()) this.#advance(channel)
  }

  /** Sends the next command that brings a channel to its wanted state, one command at a time. */
  #advance(channel: Channel): void {
    const { client } = this.guard
    const key = `${channel.kind} ${channel.name}`
    if (channel.state === 'busy') return
    if (!channel.wanted && channel.state === 'unknown') {
      this.#channels.delete(key)
      return
    }
    if (channel.wanted === (channel.state === 'subscribed') || client.status !== 'ready') return
    const { turn } = channel
    const subscribe = channel.wanted
    channel.state = 'busy'
    send(client, channel.kind, channel.name, subscribe).then(
      () => {
        if (turn !== channel.turn) return
        channel.state = subscribe ? 'subscribed' : 'unknown'
        if (subscribe && channel.wanted) channel.events.confirmed()
        this.#advance(channel)
      },
      (error: unknown) => {
        if (subscribe && error instanceof Error && error.message.startsWith('MOVED ')) this.#refusedAsMoved++
        if (turn !== channel.turn) return
        this.#events.failed(withoutCommand(error))
        // After a refused SUBSCRIBE there is no subscription; a refused UNSUBSCRIBE costs only unneeded messages.
        channel.state = 'unknown'
        const again = this.#guarded('subscribe', () => this.#advance(channel))
        if (channel.wanted) setTimeout(again, retryMs).unref()
        else this.#channels.delete(key)
      },
    )
  }
}

function send(client: Redis, kind: ChannelKind, name: string, subscribe: boolean): Promise<unknown> {
  if (kind === 'plain') return subscribe ? client.subscribe(name) : client.unsubscribe(name)
  return subscribe ? client.ssubscribe(name) : client.sunsubscribe(name)
}
