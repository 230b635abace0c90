import { guarded } from '../../base/index.ts'
import type { Logger } from '../../base/index.ts'
import type { ChannelListener, ChannelSubscription } from './redis-link.ts'
import type { ChannelKind, SubscriberConnection } from './subscriber-connection.ts'

interface Listening {
  listener: ChannelListener
  /** Whether `ready` has resolved. If so, every later confirmation means a gap. */
  isReady: boolean
  resolveReady: () => void
}

interface Wanted {
  kind: ChannelKind
  name: string
  home: SubscriberConnection | undefined
  confirmed: boolean
  listeners: Set<Listening>
}

/** Returns the connection on which a channel is to be subscribed now; undefined while that is not known. */
export type Route = (kind: ChannelKind, name: string) => SubscriberConnection | undefined

/** `ready` resolves after this time at the latest. */
const readyWithinMs = 2000

/** The channels that this instance subscribes to, independent of the connections that carry them. */
export class Subscriptions {
  readonly #wanted = new Map<string, Wanted>()
  readonly #route: Route
  readonly #logger: Logger

  constructor(route: Route, logger: Logger) {
    this.#route = route
    this.#logger = logger
  }

  subscribe(kind: ChannelKind, name: string, listener: ChannelListener): ChannelSubscription {
    const key = `${kind} ${name}`
    let wanted = this.#wanted.get(key)
    const { promise, resolve } = Promise.withResolvers<void>()
    const late = guarded({ logger: this.#logger, event: 'late subscription to a Redis channel' }, () =>
      this.#markReady(listening),
    )
    const timer = setTimeout(late, readyWithinMs)
    const listening: Listening = {
      listener,
      isReady: false,
      resolveReady: () => {
        clearTimeout(timer)
        resolve()
      },
    }
    if (wanted) {
      wanted.listeners.add(listening)
      if (wanted.confirmed || wanted.home?.guard.away) this.#markReady(listening)
    } else {
      wanted = { kind, name, home: undefined, confirmed: false, listeners: new Set([listening]) }
      this.#wanted.set(key, wanted)
      this.#assign(wanted)
      if (wanted.home?.guard.away) this.#markReady(listening)
    }
    return { ready: promise, close: () => this.#leave(key, listening) }
  }

  /** Moves each channel to its current connection. Called when the known nodes have changed. */
  reroute(): void {
    for (const wanted of this.#wanted.values()) this.#assign(wanted)
  }

  /** Resolves `ready` of all listeners on connections that do not work. They receive `gap` when Redis is back. */
  stopWaiting(): void {
    for (const { home, listeners } of this.#wanted.values()) {
      if (home?.guard.away) for (const listening of listeners) this.#markReady(listening)
    }
  }

  close(): void {
    for (const { listeners } of this.#wanted.values()) {
      for (const listening of listeners) this.#markReady(listening)
    }
    this.#wanted.clear()
  }

  #leave(key: string, listening: Listening): void {
    this.#markReady(listening)
    const wanted = this.#wanted.get(key)
    if (!wanted?.listeners.delete(listening) || wanted.listeners.size > 0) return
    this.#wanted.delete(key)
    wanted.home?.removeChannel(wanted.kind, wanted.name)
  }

  #assign(wanted: Wanted): void {
    const home = this.#route(wanted.kind, wanted.name)
    if (!home || home === wanted.home) return
    wanted.home?.removeChannel(wanted.kind, wanted.name)
    wanted.home = home
    wanted.confirmed = false
    const here = () => wanted.home === home
    home.addChannel(wanted.kind, wanted.name, {
      confirmed: () => here() && this.#confirm(wanted),
      lost: () => {
        if (here()) wanted.confirmed = false
      },
      message: (payload) => {
        if (here()) this.#notifyListeners(wanted, (listener) => listener.message(payload))
      },
    })
  }

  #confirm(wanted: Wanted): void {
    wanted.confirmed = true
    const again = [...wanted.listeners].filter(({ isReady }) => isReady)
    for (const listening of wanted.listeners) this.#markReady(listening)
    for (const { listener } of again) this.#call(wanted, () => listener.gap())
  }

  #notifyListeners(wanted: Wanted, call: (listener: ChannelListener) => void): void {
    for (const { listener } of wanted.listeners) this.#call(wanted, () => call(listener))
  }

  /** An exception in one listener must not prevent the others from receiving the message. */
  #call(wanted: Wanted, call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#logger.error({ err: error, channel: wanted.name }, 'a Redis channel listener failed')
    }
  }

  #markReady(listening: Listening): void {
    listening.isReady = true
    listening.resolveReady()
  }
}
