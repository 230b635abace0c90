import type { Finding } from '../../base/index.ts'
import type { LuaScript } from './lua-script.ts'

/**
 * The connection to Redis, with the same interface for every topology. Every call settles within its deadline. There is
 * no offline queue: a call made while Redis is away fails at once and is not executed later. A call that timed out may
 * have been executed.
 */
export interface RedisLink {
  /** Runs a script. `keys` are all keys that it uses; they must share one hash tag. Rejects with RedisUnavailable. */
  eval(script: LuaScript, keys: string[], args: (string | number)[], options?: CallOptions): Promise<unknown>
  /** Runs another command. The first argument after the name is its key. Rejects with RedisUnavailable. */
  command(args: [string, ...(string | number)[]], options?: CallOptions): Promise<unknown>
  /** Plain PUBLISH. Resolves with the number of receivers on the node that replied. Rejects with RedisUnavailable. */
  publish(channel: string, payload: string, options?: CallOptions): Promise<number>
  /** Subscribes to a plain channel (PUBLISH). */
  subscribe(channel: string, listener: ChannelListener): ChannelSubscription
  /** Subscribes to a sharded channel (SPUBLISH). */
  subscribeSharded(channel: string, listener: ChannelListener): ChannelSubscription
  /** Whether commands and subscriptions both work, and the server is one that Shoal can use. */
  healthy(): boolean
  /** The current problem. Always set while the link is not healthy; also set, for example, if a right is missing. */
  problem(): Finding | undefined
  /** Advice to operators that does not prevent operation. */
  warnings(): Finding[]
  /** Calls the listener at each change of `healthy()`. Returns a function that removes it. */
  onLink(listener: (healthy: boolean) => void): () => void
  /** Closes all connections. Calls in progress and later calls are rejected. */
  close(): Promise<void>
}

export interface CallOptions {
  /** Milliseconds until the call fails with `timeout`. Default and maximum: 2000. */
  deadlineMs?: number
  /**
   * The call may be executed twice: it is retried if Redis was away (REDIS_SENTINEL_MAX_RETRY_COUNT attempts in all).
   */
  idempotent?: boolean
}

export interface ChannelListener {
  message(payload: string): void
  /** The subscription was renewed, so messages may have been missed. Never called before `ready` has resolved. */
  gap(): void
}

export interface ChannelSubscription {
  /**
   * Resolves when the listener receives all messages published from now on, or when Redis is known to be unreachable or
   * slow (`gap` then follows when the subscription works). Never rejects.
   */
  readonly ready: Promise<void>
  close(): void
}

/**
 * `away`: not connected, or the node replied that it cannot serve now. If the connection broke during the call, it is
 * unknown whether the call was executed. `timeout`: no reply in time; it is unknown whether the call was executed.
 * `oom`: Redis is full; nothing was written. `refused`: Redis replied with an error that will not end by itself, such
 * as a missing right, a wrong type or a failed script.
 */
export type RedisFailure = 'away' | 'timeout' | 'oom' | 'refused'

/** The error with which calls of a RedisLink reject. `cause` is the error of ioredis. */
export class RedisUnavailable extends Error {
  override name = 'RedisUnavailable'
  readonly kind: RedisFailure

  constructor(kind: RedisFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}
