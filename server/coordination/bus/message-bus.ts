import type { Logger } from '../../base/index.ts'
import type { Bus, BusSubscription } from './bus.ts'

/** One kind of message. Several kinds may share a topic. */
export interface MessageKind {
  // Method syntax, so that a kind may declare only the part of its payload that its topic needs.
  topic(payload: never): string
  schema: { safeParse(data: unknown): { success: true; data: unknown } | { success: false; error: unknown } }
}

export type MessageMap = Record<string, MessageKind>

/** The payload of a message of this name, as its schema returns it. */
export type PayloadOf<Map extends MessageMap, Name extends keyof Map> = Extract<
  ReturnType<Map[Name]['schema']['safeParse']>,
  { success: true }
>['data']

/** A typed bus: each message has a name, and is checked against its schema when it is sent and when it arrives. */
export interface MessageBus<Map extends MessageMap> {
  /** Resolves as `Bus.publish` does. Rejects only with a TypeError, if the payload does not match its schema. */
  send<Name extends keyof Map & string>(name: Name, payload: PayloadOf<Map, Name>): Promise<boolean>
  /** Subscribes to messages of this name on this topic. The listener ignores other names on the topic. */
  on<Name extends keyof Map & string>(
    name: Name,
    topic: string,
    listener: MessageListener<PayloadOf<Map, Name>>,
  ): BusSubscription
  /**
   * Counts of received messages that were dropped: their name is unknown to this version, or they do not match its
   * schema.
   */
  readonly dropped: { unknown: number; invalid: number }
}

export interface MessageListener<Payload> {
  message(payload: Payload): void
  /** Messages on this topic may have been missed. */
  gap(): void
}

export function createMessageBus<Map extends MessageMap>(
  bus: Bus,
  map: Map,
  logger: Logger,
): MessageBus<Map> {
  const dropped = { unknown: 0, invalid: 0 }
  return {
    dropped,
    async send(name, payload) {
      const kind = map[name]
      const checked = kind?.schema.safeParse(payload)
      if (!kind || !checked) throw new TypeError(`no message is named ${name}`)
      if (!checked.success) {
        throw new TypeError(`the message ${name} does not match its schema`, { cause: checked.error })
      }
      // Safe: `checked.data` is the output of the schema of the same kind.
      const topic = (kind.topic as (payload: unknown) => string)(checked.data)
      return bus.publish(topic, JSON.stringify([name, checked.data]))
    },
    on(name, topic, listener) {
      return bus.subscribe(topic, {
        gap: () => listener.gap(),
        message(text) {
          const message = readMessage(text)
          const kind = message && Object.hasOwn(map, message.name) ? map[message.name] : undefined
          if (!message || !kind) {
            if (dropped.unknown++ === 0) logger.warn({ topic }, 'ignored a message with an unknown name')
            return
          }
          if (message.name !== name) return
          const checked = kind.schema.safeParse(message.payload)
          if (checked.success) {
            listener.message(checked.data)
          } else if (dropped.invalid++ === 0) {
            logger.warn(
              { topic, name, err: checked.error },
              'ignored a message that does not match its schema',
            )
          }
        },
      })
    },
  }
}

function readMessage(text: string): { name: string; payload: unknown } | undefined {
  try {
    const [name, payload]: unknown[] = JSON.parse(text)
    return typeof name === 'string' ? { name, payload } : undefined
  } catch {
    // The caller counts it as unknown.
    return undefined
  }
}
