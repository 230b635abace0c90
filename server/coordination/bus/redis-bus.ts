import type { Clock, Logger } from '../../base/index.ts'
import { guarded, jitter } from '../../base/index.ts'
import type { RedisKeys } from '../redis/keys.ts'
import type { ChannelSubscription, RedisLink } from '../redis/redis-link.ts'
import { RedisUnavailable } from '../redis/redis-link.ts'
import { signatureLength } from '../signer.ts'
import type { Signer } from '../signer.ts'
import type { Bus, BusListener, BusSubscription } from './bus.ts'
import { encodeBusMessage, maxMessageBytes, MessageNumbering, TopicInbox } from './topic-inbox.ts'

export interface RedisBusOptions {
  link: RedisLink
  keys: RedisKeys
  /** This incarnation, which is the publisher of its messages. */
  self: string
  signer: Signer
  clock: Clock
  logger: Logger
}

interface Topic {
  inbox: TopicInbox
  channel: ChannelSubscription
  gapTimer: NodeJS.Timeout | undefined
}

/** After an interruption, listeners receive `gap` spread over this time, so that not all instances reread at once. */
const gapWithinMs = 1000
const publishWithinMs = 1000

export function createRedisBus(options: RedisBusOptions): Bus {
  return new RedisBus(options)
}

class RedisBus implements Bus {
  readonly #options: RedisBusOptions
  readonly #numbering: MessageNumbering
  readonly #topics = new Map<string, Topic>()
  #closed = false

  constructor(options: RedisBusOptions) {
    this.#options = options
    this.#numbering = new MessageNumbering(options.self, options.clock)
  }

  async publish(topic: string, payload: string): Promise<boolean> {
    const { link, keys, logger, signer } = this.#options
    if (this.#closed) return false
    const fits = Buffer.byteLength(payload) <= maxMessageBytes
    if (!fits) logger.error({ topic, length: payload.length }, 'a bus message above 1 MB was not published')
    const next = fits ? this.#numbering.next(topic, payload) : this.#numbering.nextAfterGap(topic)
    const message = signMessage(signer, topic, encodeBusMessage(next))
    try {
      await link.publish(keys.busTopic(topic), message, { deadlineMs: publishWithinMs })
      return fits
    } catch (error) {
      // The link reports the problem to the operator; the sender only learns that the message was not sent.
      if (error instanceof RedisUnavailable) return false
      throw error
    }
  }

  subscribe(name: string, listener: BusListener): BusSubscription {
    const topic = this.#topics.get(name) ?? this.#open(name)
    // A new object for each subscription, because the same listener may subscribe twice.
    const own: BusListener = {
      message: (payload) => listener.message(payload),
      gap: () => listener.gap(),
    }
    topic.inbox.listeners.add(own)
    return { ready: topic.channel.ready, close: () => this.#leave(name, own) }
  }

  close(): Promise<void> {
    this.#closed = true
    for (const topic of this.#topics.values()) {
      clearTimeout(topic.gapTimer)
      topic.channel.close()
    }
    this.#topics.clear()
    return Promise.resolve()
  }

  #open(name: string): Topic {
    const { link, keys, clock, logger, signer } = this.#options
    let warned = false
    const inbox = new TopicInbox(name, { clock, logger })
    const reportGap = guarded({ logger, event: 'gap on the bus' }, () => {
      topic.gapTimer = undefined
      inbox.gap()
    })
    const channel = link.subscribe(keys.busTopic(name), {
      message: (wire) => {
        const message = openMessage(signer, name, wire)
        if (message !== undefined) return inbox.receive(message)
        // Logged once per topic, because a forger may send many.
        if (!warned) logger.warn({ topic: name, length: wire.length }, unsigned)
        warned = true
      },
      gap: () => {
        inbox.restart()
        topic.gapTimer ??= setTimeout(reportGap, jitter() * gapWithinMs)
      },
    })
    const topic: Topic = { inbox, channel, gapTimer: undefined }
    void channel.ready.then(() => inbox.restart())
    this.#topics.set(name, topic)
    return topic
  }

  #leave(name: string, listener: BusListener): void {
    const topic = this.#topics.get(name)
    if (!topic?.inbox.listeners.delete(listener) || topic.inbox.listeners.size > 0) return
    clearTimeout(topic.gapTimer)
    topic.channel.close()
    this.#topics.delete(name)
  }
}

const unsigned =
  'ignored a bus message that this installation did not sign: it comes from another version, from an instance with another WEBUI_SECRET_KEY, or from a program that does not belong to Shoal'

/**
 * The format in Redis: `2 <signature> <message>`. The first field is the version. The signature also covers the topic.
 */
export function signMessage(signer: Signer, topic: string, message: string): string {
  return `2 ${signer.sign('bus', `${topic} ${message}`)} ${message}`
}

/** The message, or undefined if this installation did not sign it for this topic. */
function openMessage(signer: Signer, topic: string, wire: string): string | undefined {
  const begin = 2 + signatureLength + 1
  if (!wire.startsWith('2 ') || wire[begin - 1] !== ' ') return undefined
  const message = wire.slice(begin)
  return signer.verify('bus', `${topic} ${message}`, wire.slice(2, begin - 1)) ? message : undefined
}
