/**
 * Rate limits that all instances share (algorithm: GCRA).
 *
 * Delivers: all instances together allow at most `burst` plus the rate. An outage is never reported as a reached limit.
 * Orders: nothing.
 * Survives: the death of any instance. After a flush of Redis, everything counts as unused.
 * When Redis is away: each instance decides by its own count, and the answer says `degraded`. The instances divide the
 * limits of sign-in among themselves; each other limit applies per instance.
 */
export interface RateLimits {
  /**
   * Uses `cost` units (1 if omitted) if the limit allows it. A cost above the burst counts as the whole burst; a cost
   * of 0 only queries. Rejects with a RangeError if the limit or the cost is invalid.
   */
  consume(key: string, limit: Limit, cost?: number): Promise<LimitAnswer>
  /** Refuses every request with this key for `ms`. */
  block(key: string, ms: number): Promise<void>
  unblock(key: string): Promise<void>
  close(): Promise<void>
}

export interface Limit {
  /** The number of units that become available again per `perMs`. */
  rate: number
  perMs: number
  /** The maximum number of units that may be used at once. */
  burst: number
  /**
   * While Redis is away: true divides the limit by the number of members (sign-in); otherwise it applies per instance.
   */
  splitAmongMembers?: boolean
}

export interface LimitAnswer {
  allowed: boolean
  remaining: number
  /** Milliseconds until the same cost would be allowed; 0 if it was allowed. */
  retryAfterMs: number
  /** Milliseconds until the whole burst is available again. */
  resetMs: number
  /** True if this instance decided by its own count, without Redis. */
  degraded: boolean
}
