import type { Finding } from '../../base/index.ts'
import type { LuaScript } from './lua-script.ts'

/**
 * What the rest of coordination may ask of Redis, whatever its topology. Every call settles within its deadline; there
 * is no offline queue, so a call made while Redis is away fails at once and is not executed later. A call that timed
 * out may have been executed: the outcome is unknown.
 */
export interface RedisLink {
  /** Runs a script; all keys it touches are in `keys` and share one hash tag. Rejects with RedisUnavailable. */
  eval(script: LuaScript, keys: string[], args: (string | number)[], options?: CallOptions): Promise<unknown>
  /** Any other command; its first argument after the name is its key. Rejects with RedisUnavailable. */
  command(args: [string, ...(string | number)[]], options?: CallOptions): Promise<unknown>
  /** Plain PUBLISH. Answers how many heard it on the answering node. Rejects with RedisUnavailable. */
  publish(channel: string, payload: string, options?: CallOptions): Promise<number>
  /** Plain PUBLISH channels. */
  subscribe(channel: string, listener: ChannelListener): ChannelSubscription
  /** SPUBLISH channels. */
  subscribeSharded(channel: string, listener: ChannelListener): ChannelSubscription
  /** Commands and subscriptions both work: the last ping on each was answered in time. */
  healthy(): boolean
  /** Set while not healthy, or while a right is missing. */
  problem(): Finding | undefined
  /** What to change though everything works. */
  warnings(): Finding[]
  /** Called at each change of `healthy()`. Returns a function that ends it. */
  onLink(listener: (healthy: boolean) => void): () => void
  /** Closes both clients. Calls under way are rejected; later ones too. */
  close(): Promise<void>
}

export interface CallOptions {
  /** Milliseconds until the call is given up; 2000 without it, and at most. */
  deadlineMs?: number
  /** May be executed twice: tried again (REDIS_SENTINEL_MAX_RETRY_COUNT tries in all) when Redis was away. */
  idempotent?: boolean
}

export interface ChannelListener {
  message(payload: string): void
  /** The subscription is new again after a break: messages may have been missed. Never called before `ready` has resolved. */
  gap(): void
}

export interface ChannelSubscription {
  /**
   * Resolves when messages published from now on will be heard, or the link is known to be away (then `gap` follows
   * on return). Never rejects.
   */
  readonly ready: Promise<void>
  close(): void
}

/**
 * `away`: not connected, or the node said that it cannot serve now; if the connection broke under the call, the outcome
 * is unknown. `timeout`: no answer in time, outcome unknown. `oom`: Redis is full; nothing was written. `refused`: Redis answered with an error that will not go away
 * by itself (a missing right, a wrong type, a script that failed).
 */
export type RedisFailure = 'away' | 'timeout' | 'oom' | 'refused'

/** The one error that a RedisLink rejects with; `cause` is the client's. */
export class RedisUnavailable extends Error {
  override name = 'RedisUnavailable'
  readonly kind: RedisFailure

  constructor(kind: RedisFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}
