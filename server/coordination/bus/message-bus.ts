import type { Logger } from '../../base/index.ts'
import type { Bus, BusSubscription } from './bus.ts'

/** One kind of message. Several may share a topic. */
export interface MessageKind {
  // Method syntax, so that a topic may ask for a part of its own payload only.
  topic(payload: never): string
  schema: { safeParse(data: unknown): { success: true; data: unknown } | { success: false; error: unknown } }
}

export type MessageMap = Record<string, MessageKind>

/** What a message of this name carries, once its schema has let it through. */
export type PayloadOf<Map extends MessageMap, Name extends keyof Map> = Extract<
  ReturnType<Map[Name]['schema']['safeParse']>,
  { success: true }
>['data']

/** A typed bus: messages by name, each checked against its schema where it is sent and where it arrives. */
export interface MessageBus<Map extends MessageMap> {
  /** True when Redis (or the hub) took it. Rejects only with a TypeError, for a payload that its schema refuses. */
  send<Name extends keyof Map & string>(name: Name, payload: PayloadOf<Map, Name>): Promise<boolean>
  /** Hears this name on this topic; other names on the topic are for others. */
  on<Name extends keyof Map & string>(
    name: Name,
    topic: string,
    listener: MessageListener<PayloadOf<Map, Name>>,
  ): BusSubscription
  /** Messages that were dropped because this version does not know the name, or the schema refused them. */
  readonly dropped: { unknown: number; invalid: number }
}

export interface MessageListener<Payload> {
  message(payload: Payload): void
  /** Something may have been missed on this topic. */
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
      if (!kind || !checked) throw new TypeError(`there is no message ${name}`)
      if (!checked.success) {
        throw new TypeError(`the message ${name} does not fit its schema`, { cause: checked.error })
      }
      // The payload is what the schema of this very kind has let through.
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
            if (dropped.unknown++ === 0) logger.warn({ topic }, 'a message of unknown kind was ignored')
            return
          }
          if (message.name !== name) return
          const checked = kind.schema.safeParse(message.payload)
          if (checked.success) {
            listener.message(checked.data)
          } else if (dropped.invalid++ === 0) {
            logger.warn({ topic, name, err: checked.error }, 'a message that its schema refuses was ignored')
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
    // Counted by the caller as unknown.
    return undefined
  }
}
