import type { Clock, Logger } from '../../base/index.ts'
import type { RedisKeys } from '../redis/keys.ts'
import { loadScript } from '../redis/lua-script.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import { RedisUnavailable } from '../redis/redis-link.ts'
import { limitTerms } from './limit-terms.ts'
import { LocalLimits } from './local-limits.ts'
import type { Limit, LimitAnswer, RateLimits } from './rate-limits.ts'

const consumeScript = loadScript(new URL('consume.lua', import.meta.url))

export interface RedisRateLimitsOptions {
  link: RedisLink
  keys: RedisKeys
  clock: Clock
  logger: Logger
  /** The number of instances. While Redis is away, limits with `splitAmongMembers` are divided by it. */
  members?: () => number
  /** Milliseconds after which this instance decides without Redis, because a request is waiting. Default: 150. */
  deadlineMs?: number
}

export function createRedisRateLimits(options: RedisRateLimitsOptions): RateLimits {
  return new RedisRateLimits(options)
}

class RedisRateLimits implements RateLimits {
  readonly #options: RedisRateLimitsOptions
  readonly #deadlineMs: number
  /** The units that were used on this instance. Decides while Redis is away. */
  readonly #local: LocalLimits
  /** Keys whose block, or removed block, is not in Redis yet. */
  readonly #unsynced = new Set<string>()
  #degraded = false

  constructor(options: RedisRateLimitsOptions) {
    this.#options = options
    this.#deadlineMs = options.deadlineMs ?? 150
    this.#local = new LocalLimits(() => options.clock.monotonic())
  }

  async consume(key: string, limit: Limit, cost = 1): Promise<LimitAnswer> {
    const terms = limitTerms(limit, cost)
    const { link, keys } = this.#options
    try {
      if (this.#unsynced.has(key)) await this.#syncBlock(key)
      const reply = await link.eval(
        consumeScript,
        [keys.rateLimit(key), keys.rateBlock(key)],
        [terms.intervalUs, terms.toleranceUs, terms.cost],
        { deadlineMs: this.#deadlineMs },
      )
      const answer = readAnswer(reply)
      this.#reportDegraded(false)
      if (answer.allowed) this.#local.consume(key, terms)
      return answer
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) throw error
      return this.#decideLocally(key, limit, cost)
    }
  }

  async block(key: string, ms: number): Promise<void> {
    this.#local.block(key, ms)
    await this.#syncBlockOrPostpone(key)
  }

  async unblock(key: string): Promise<void> {
    this.#local.unblock(key)
    await this.#syncBlockOrPostpone(key)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #decideLocally(key: string, limit: Limit, cost: number): LimitAnswer {
    this.#reportDegraded(true)
    const share = limit.splitAmongMembers ? Math.max(1, this.#options.members?.() ?? 1) : 1
    return { ...this.#local.consume(key, limitTerms(limit, cost, share)), degraded: true }
  }

  #reportDegraded(degraded: boolean): void {
    if (degraded === this.#degraded) return
    this.#degraded = degraded
    if (degraded)
      this.#options.logger.warn('Redis is unreachable: this instance applies rate limits on its own')
    else this.#options.logger.info('all instances share rate limits again')
  }

  /**
   * A block must not fail because Redis is away. It applies here, and the next call with the key writes it to Redis.
   */
  async #syncBlockOrPostpone(key: string): Promise<void> {
    try {
      await this.#syncBlock(key)
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) throw error
      this.#unsynced.add(key)
    }
  }

  async #syncBlock(key: string): Promise<void> {
    const { link, keys } = this.#options
    const ms = this.#local.blockedMs(key)
    const name = keys.rateBlock(key)
    await link.command(ms > 0 ? ['set', name, 1, 'PX', ms] : ['del', name], {
      deadlineMs: this.#deadlineMs,
      idempotent: true,
    })
    this.#unsynced.delete(key)
  }
}

function readAnswer(reply: unknown): LimitAnswer {
  const [allowed, remaining, retryAfterMs, resetMs] = Array.isArray(reply) ? reply.map(Number) : []
  if (resetMs === undefined)
    throw new TypeError(`unexpected reply of the rate limit script: ${JSON.stringify(reply)}`)
  return {
    allowed: allowed === 1,
    remaining: Math.max(0, remaining ?? 0),
    retryAfterMs: retryAfterMs ?? 0,
    resetMs,
    degraded: false,
  }
}
