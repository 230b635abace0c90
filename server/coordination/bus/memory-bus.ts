import type { Clock, Logger } from '../../base/index.ts'
import { guarded, silentLogger, sleep, systemClock } from '../../base/index.ts'
import type { Bus, BusListener, BusSubscription } from './bus.ts'
import { encodeBusMessage, maxMessageBytes, MessageNumbering, TopicInbox } from './topic-inbox.ts'

export interface MemoryBusOptions {
  clock?: Clock
  logger?: Logger
  /** Seed of the random drops, delays and jitter. */
  seed?: number
}

interface Subscriber {
  self: string
  topic: string
  inbox: TopicInbox
  /** The end of each publisher's queue. Messages keep their order within a queue, but not between publishers. */
  tails: Map<string, Promise<void>>
}

const gapWithinMs = 1000

/**
 * Connects the buses of several instances in one process. For tests it can be unreachable, can lose and delay
 * messages, and can reorder messages of different publishers.
 */
export class MemoryBusHub {
  /** `drop`: the share of deliveries that are lost, 0 to 1. `delayMs`: the maximum delay of a delivery. */
  readonly faults = { drop: 0, delayMs: 0 }
  readonly clock: Clock
  readonly logger: Logger
  readonly #random: () => number
  readonly #subscribers = new Set<Subscriber>()
  readonly #away = new Set<string>()

  constructor({ clock = systemClock, logger = silentLogger, seed = 1 }: MemoryBusOptions = {}) {
    this.clock = clock
    this.logger = logger
    this.#random = seededRandom(seed)
  }

  /** The bus of one instance. */
  connect(self: string): Bus {
    return new MemoryBus(this, self)
  }

  /** Disconnects one instance. */
  cut(self: string): void {
    this.#away.add(self)
  }

  /** Reconnects the instance. Its listeners receive `gap` within a second. */
  restore(self: string): void {
    if (!this.#away.delete(self)) return
    for (const subscriber of this.#subscribers) {
      if (subscriber.self !== self) continue
      subscriber.inbox.restart()
      const reportGap = guarded({ logger: this.logger, event: 'gap on the bus' }, () => {
        if (this.#subscribers.has(subscriber)) subscriber.inbox.gap()
      })
      setTimeout(reportGap, this.#random() * gapWithinMs)
    }
  }

  isAway(self: string): boolean {
    return this.#away.has(self)
  }

  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber)
  }

  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber)
  }

  send(publisher: string, topic: string, text: string): void {
    const random = this.#random
    for (const subscriber of this.#subscribers) {
      if (subscriber.topic !== topic || this.#away.has(subscriber.self)) continue
      if (random() < this.faults.drop) continue
      const delay = random() * this.faults.delayMs
      const before = subscriber.tails.get(publisher) ?? Promise.resolve()
      const tail = before
        .then(() => (delay >= 1 ? sleep(delay) : undefined))
        .then(() => {
          if (this.#subscribers.has(subscriber) && !this.#away.has(subscriber.self)) {
            subscriber.inbox.receive(text)
          }
          if (subscriber.tails.get(publisher) === tail) subscriber.tails.delete(publisher)
        })
      subscriber.tails.set(publisher, tail)
    }
  }
}

class MemoryBus implements Bus {
  readonly #hub: MemoryBusHub
  readonly #self: string
  readonly #numbering: MessageNumbering
  readonly #topics = new Map<string, Subscriber>()
  #closed = false

  constructor(hub: MemoryBusHub, self: string) {
    this.#hub = hub
    this.#self = self
    this.#numbering = new MessageNumbering(self, hub.clock)
  }

  async publish(topic: string, payload: string): Promise<boolean> {
    if (this.#closed) return false
    const fits = Buffer.byteLength(payload) <= maxMessageBytes
    const message = fits ? this.#numbering.next(topic, payload) : this.#numbering.nextAfterGap(topic)
    if (this.#hub.isAway(this.#self)) return false
    this.#hub.send(this.#self, topic, encodeBusMessage(message))
    return fits
  }

  subscribe(topic: string, listener: BusListener): BusSubscription {
    const subscriber = this.#topics.get(topic) ?? this.#open(topic)
    const own: BusListener = {
      message: (payload) => listener.message(payload),
      gap: () => listener.gap(),
    }
    subscriber.inbox.listeners.add(own)
    return { ready: Promise.resolve(), close: () => this.#leave(subscriber, own) }
  }

  close(): Promise<void> {
    this.#closed = true
    for (const subscriber of this.#topics.values()) this.#hub.remove(subscriber)
    this.#topics.clear()
    return Promise.resolve()
  }

  #open(topic: string): Subscriber {
    const inbox = new TopicInbox(topic, this.#hub)
    const subscriber = { self: this.#self, topic, inbox, tails: new Map() }
    this.#topics.set(topic, subscriber)
    this.#hub.add(subscriber)
    return subscriber
  }

  #leave(subscriber: Subscriber, listener: BusListener): void {
    if (!subscriber.inbox.listeners.delete(listener) || subscriber.inbox.listeners.size > 0) return
    this.#hub.remove(subscriber)
    if (this.#topics.get(subscriber.topic) === subscriber) this.#topics.delete(subscriber.topic)
  }
}

/** Pseudo-random numbers in [0, 1), reproducible by seed (mulberry32, by Tommy Ettinger, public domain). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
