import type { Clock, Logger } from '../../base/index.ts'
import type { BusListener } from './bus.ts'

/**
 * A larger message is not sent, because Redis disconnects subscribers that fall behind. Its listeners receive `gap`.
 */
export const maxMessageBytes = 1_000_000

/**
 * The format on the wire is `1 <publisher> <number> <pause> <payload>`. The first field is the version. `number` counts
 * the messages of one publisher on one topic. `pause` is the number of milliseconds since the publisher's previous
 * message on the topic (-1 if there was none): a listener that does not know the publisher yet can tell from it whether
 * it missed a message.
 */
export interface BusMessage {
  publisher: string
  number: number
  pause: number
  payload: string
}

export function encodeBusMessage({ publisher, number, pause, payload }: BusMessage): string {
  return `1 ${publisher} ${number} ${pause} ${payload}`
}

const wire = /^1 (\S{1,200}) (\d{1,15}) (-?\d{1,15}) ([^]*)$/

export function decodeBusMessage(text: string): BusMessage | undefined {
  const [, publisher = '', number, pause, payload = ''] = wire.exec(text) ?? []
  return publisher === '' ? undefined : { publisher, number: Number(number), pause: Number(pause), payload }
}

/** The payload of a message that only makes its receivers notice a skipped number. */
const gapPayload = ''

/** Every user has a topic. Beyond this many topics, a publisher forgets those with the oldest last message. */
const maxTopics = 10_000

interface Published {
  number: number
  at: number
}

/** Numbers the messages of one publisher, per topic. */
export class MessageNumbering {
  readonly #publisher: string
  readonly #clock: Clock
  readonly #maxTopics: number
  /** The topic with the oldest last message comes first. */
  readonly #topics = new Map<string, Published>()
  /** The highest number and the latest time of all forgotten topics. */
  #forgotten: Published | undefined

  constructor(publisher: string, clock: Clock, limit = maxTopics) {
    this.#publisher = publisher
    this.#clock = clock
    this.#maxTopics = limit
  }

  /** Topics whose last number is remembered. */
  get size(): number {
    return this.#topics.size
  }

  next(topic: string, payload: string): BusMessage {
    const now = this.#clock.monotonic()
    // A topic that may have been forgotten continues above every forgotten number. A listener would drop a lower number
    // as a repeat; a skipped number only costs it one needless gap.
    const last = this.#topics.get(topic) ?? this.#forgotten
    const number = (last?.number ?? 0) + 1
    this.#topics.delete(topic)
    this.#topics.set(topic, { number, at: now })
    this.#forgetOldest()
    const pause = last ? Math.floor(now - last.at) : -1
    return { publisher: this.#publisher, number, pause, payload }
  }

  /**
   * Takes the place of a message that cannot be sent. Listeners of every version notice the skipped number as `gap`.
   */
  nextAfterGap(topic: string): BusMessage {
    this.next(topic, gapPayload)
    return this.next(topic, gapPayload)
  }

  #forgetOldest(): void {
    const oldest = this.#topics.size > this.#maxTopics ? this.#topics.entries().next().value : undefined
    if (!oldest) return
    const [topic, { number, at }] = oldest
    this.#topics.delete(topic)
    this.#forgotten = {
      number: Math.max(number, this.#forgotten?.number ?? 0),
      at: Math.max(at, this.#forgotten?.at ?? at),
    }
  }
}

/** A restarted instance is a new publisher. An inbox remembers the last number of at most this many. */
const maxPublishers = 1000

/**
 * Passes the messages of one topic to its listeners here: in order, without repeats, and with `gap` for missing ones.
 */
export class TopicInbox {
  readonly listeners = new Set<BusListener>()
  readonly #topic: string
  readonly #clock: Clock
  readonly #logger: Logger
  /** The last number received from each publisher. */
  readonly #lastNumbers = new Map<string, number>()
  #since: number
  #warned = false

  constructor(topic: string, options: { clock: Clock; logger: Logger }) {
    this.#topic = topic
    this.#clock = options.clock
    this.#logger = options.logger
    this.#since = this.#clock.monotonic()
  }

  /** Called after each new subscription: messages published before it do not count as missed. */
  restart(): void {
    this.#lastNumbers.clear()
    this.#since = this.#clock.monotonic()
  }

  receive(text: string): void {
    const message = text.length > maxMessageBytes * 2 ? undefined : decodeBusMessage(text)
    if (!message) {
      // Logged once per topic, because a newer version may send many.
      if (!this.#warned) this.#logger.warn({ topic: this.#topic, length: text.length }, unreadable)
      this.#warned = true
      return
    }
    const last = this.#lastNumbers.get(message.publisher)
    if (last !== undefined && message.number <= last) return
    this.#remember(message)
    if (last === undefined ? this.#missedEarlier(message) : message.number > last + 1) this.gap()
    if (message.payload !== gapPayload) this.#notifyListeners((listener) => listener.message(message.payload))
  }

  gap(): void {
    this.#notifyListeners((listener) => listener.gap())
  }

  /** For the first message from a publisher: whether an earlier one was published since this topic was subscribed. */
  #missedEarlier({ number, pause }: BusMessage): boolean {
    return number > 1 && this.#clock.monotonic() - pause >= this.#since
  }

  #remember({ publisher, number }: BusMessage): void {
    this.#lastNumbers.delete(publisher)
    this.#lastNumbers.set(publisher, number)
    const oldest = this.#lastNumbers.size > maxPublishers ? this.#lastNumbers.keys().next().value : undefined
    if (oldest !== undefined) this.#lastNumbers.delete(oldest)
  }

  /** An exception in one listener must not prevent the others from receiving the message. */
  #notifyListeners(call: (listener: BusListener) => void): void {
    for (const listener of this.listeners) {
      try {
        call(listener)
      } catch (error) {
        this.#logger.error({ err: error, topic: this.#topic }, 'a bus listener failed')
      }
    }
  }
}

const unreadable = 'ignored a bus message that this version cannot read'
