import type { Clock, Logger } from '../../base/index.ts'
import type { BusListener } from './bus.ts'

/** Bytes; a larger message is not sent, and its listeners hear `gap`: Redis cuts off subscribers that fall behind. */
export const largestMessage = 1_000_000

/**
 * What goes over the wire: `1 <publisher> <number> <pause> <payload>`. The first field is the version. `number` counts
 * one publisher's messages on one topic. `pause` is how many milliseconds before this message the previous one was
 * published (-1: there was none), which tells a listener that does not know the publisher yet whether it missed any.
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

/** The payload of a message that only tells of a hole: its number is not the next one. */
const holePayload = ''

/** Every user has a topic: beyond this many, those that were published to longest ago are forgotten. */
const maxTopics = 10_000

interface Published {
  number: number
  at: number
}

/** Numbers a publisher's messages, per topic. */
export class Numbering {
  readonly #publisher: string
  readonly #clock: Clock
  readonly #maxTopics: number
  /** The topic that was published to longest ago comes first. */
  readonly #topics = new Map<string, Published>()
  /** The highest number and the latest time of all topics that were forgotten. */
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
    // A topic that may have been forgotten continues above every forgotten number: a listener takes a lower number for
    // a repetition, and a number that leaves some out for a gap, which costs it one reading.
    const last = this.#topics.get(topic) ?? this.#forgotten
    const number = (last?.number ?? 0) + 1
    this.#topics.delete(topic)
    this.#topics.set(topic, { number, at: now })
    this.#forgetOldest()
    const pause = last ? Math.floor(now - last.at) : -1
    return { publisher: this.#publisher, number, pause, payload }
  }

  /** In place of a message that cannot be sent: whoever listens hears `gap`, in every version. */
  hole(topic: string): BusMessage {
    this.next(topic, holePayload)
    return this.next(topic, holePayload)
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

/** A restarted instance is a new publisher: more than this are remembered by nobody. */
const mostPublishers = 1000

/** One topic as its listeners here hear it: in order, nothing twice, holes told. */
export class TopicInbox {
  readonly listeners = new Set<BusListener>()
  readonly #topic: string
  readonly #clock: Clock
  readonly #logger: Logger
  /** Last number of each publisher. */
  readonly #heard = new Map<string, number>()
  #since: number
  #complained = false

  constructor(topic: string, options: { clock: Clock; logger: Logger }) {
    this.#topic = topic
    this.#clock = options.clock
    this.#logger = options.logger
    this.#since = this.#clock.monotonic()
  }

  /** The subscription is new (again): what was published before does not count as missed. */
  begin(): void {
    this.#heard.clear()
    this.#since = this.#clock.monotonic()
  }

  receive(text: string): void {
    const message = text.length > largestMessage * 2 ? undefined : decodeBusMessage(text)
    if (!message) {
      // Once for each topic: a newer version may send many of them.
      if (!this.#complained) this.#logger.warn({ topic: this.#topic, length: text.length }, unreadable)
      this.#complained = true
      return
    }
    const last = this.#heard.get(message.publisher)
    if (last !== undefined && message.number <= last) return
    this.#remember(message)
    if (last === undefined ? this.#missedBefore(message) : message.number > last + 1) this.gap()
    if (message.payload !== holePayload) this.#each((listener) => listener.message(message.payload))
  }

  gap(): void {
    this.#each((listener) => listener.gap())
  }

  /** The first from this publisher: was an earlier one published while this topic was already heard? */
  #missedBefore({ number, pause }: BusMessage): boolean {
    return number > 1 && this.#clock.monotonic() - pause >= this.#since
  }

  #remember({ publisher, number }: BusMessage): void {
    this.#heard.delete(publisher)
    this.#heard.set(publisher, number)
    const oldest = this.#heard.size > mostPublishers ? this.#heard.keys().next().value : undefined
    if (oldest !== undefined) this.#heard.delete(oldest)
  }

  /** A listener that throws is a bug of its own, and must not keep the others from hearing. */
  #each(call: (listener: BusListener) => void): void {
    for (const listener of this.listeners) {
      try {
        call(listener)
      } catch (error) {
        this.#logger.error({ err: error, topic: this.#topic }, 'a listener of the bus failed')
      }
    }
  }
}

const unreadable = 'a message that this version cannot read was ignored'
