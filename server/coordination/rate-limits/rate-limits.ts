/**
 * Limits that hold over all instances (GCRA).
 *
 * Delivers: at most `burst` plus the rate, over all instances; never "limit reached" because of an outage.
 * Orders: nothing.
 * Survives: the death of any instance. A flush forgets what was used.
 * When Redis is away: a local copy decides, and the answer says `degraded`; sign-in limits are shared out by members.
 */
export interface RateLimits {
  /** A cost above the burst counts as the whole burst; 0 only looks. Throws a RangeError for a limit that makes no sense. */
  consume(key: string, limit: Limit, cost?: number): Promise<LimitAnswer>
  /** Refuses everything under this key for `ms`. */
  block(key: string, ms: number): Promise<void>
  unblock(key: string): Promise<void>
  close(): Promise<void>
}

export interface Limit {
  /** Units that come back in `perMs`. */
  rate: number
  perMs: number
  /** Units that may be used at once. */
  burst: number
  /** While Redis is away, divide it by the number of members (sign-in); otherwise it then holds per instance. */
  shareOut?: boolean
}

export interface LimitAnswer {
  allowed: boolean
  remaining: number
  /** When the same cost would be allowed; 0 when it was. */
  retryAfterMs: number
  /** When the whole burst is there again. */
  resetMs: number
  /** Decided here alone. */
  degraded: boolean
}
