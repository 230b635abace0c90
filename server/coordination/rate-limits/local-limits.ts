import type { LimitTerms } from './limit-terms.ts'
import type { LimitAnswer } from './rate-limits.ts'

/** At this number, keys whose burst is available again are removed and, if these are too few, the oldest keys. */
const maxKeys = 100_000

/** Intervals are rarely whole microseconds: without this tolerance, a rounding error could refuse a whole burst. */
const rounding = 1e-6

/**
 * Rate limits in this process, by the generic cell rate algorithm from ATM traffic control (GCRA, ITU-T I.371). It
 * holds the theoretical arrival time of each key, in microseconds of the given clock.
 */
export class LocalLimits {
  readonly #now: () => number
  readonly #arrivals = new Map<string, number>()
  readonly #blocks = new Map<string, number>()

  /** `now` returns milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now
  }

  consume(key: string, { intervalUs, toleranceUs, cost }: LimitTerms): Omit<LimitAnswer, 'degraded'> {
    const now = Math.floor(this.#now() * 1000)
    const tat = Math.min(Math.max(this.#arrivals.get(key) ?? now, now), now + toleranceUs)
    const toMs = (us: number): number => Math.max(0, Math.ceil(us / 1000))
    const units = (until: number): number => Math.floor((now + toleranceUs - until) / intervalUs + rounding)
    const blockedMs = this.blockedMs(key)
    if (blockedMs > 0) {
      const resetMs = Math.max(blockedMs, toMs(tat - now))
      return { allowed: false, remaining: 0, retryAfterMs: blockedMs, resetMs }
    }
    const next = tat + intervalUs * cost
    const wait = next - toleranceUs - now
    if (wait > 1) {
      return { allowed: false, remaining: units(tat), retryAfterMs: toMs(wait), resetMs: toMs(tat - now) }
    }
    if (next > now) this.#storeArrival(key, next, now)
    return { allowed: true, remaining: units(next), retryAfterMs: 0, resetMs: toMs(next - now) }
  }

  block(key: string, ms: number): void {
    if (this.#blocks.size >= maxKeys) {
      for (const blocked of this.#blocks.keys()) this.blockedMs(blocked)
      this.#dropOldest(this.#blocks)
    }
    this.#blocks.set(key, this.#now() + ms)
  }

  unblock(key: string): void {
    this.#blocks.delete(key)
  }

  /** Milliseconds until the block ends; 0 if the key is not blocked. */
  blockedMs(key: string): number {
    const left = (this.#blocks.get(key) ?? 0) - this.#now()
    if (left <= 0) this.#blocks.delete(key)
    return Math.max(0, Math.ceil(left))
  }

  /** The number of keys and blocks in memory. */
  get size(): number {
    return this.#arrivals.size + this.#blocks.size
  }

  #storeArrival(key: string, arrival: number, now: number): void {
    if (this.#arrivals.size >= maxKeys && !this.#arrivals.has(key)) {
      for (const [known, at] of this.#arrivals) if (at <= now) this.#arrivals.delete(known)
      this.#dropOldest(this.#arrivals)
    }
    this.#arrivals.delete(key)
    this.#arrivals.set(key, arrival)
  }

  /** Frees a tenth of the slots, so that a flood of new keys does not iterate over all keys each time. */
  #dropOldest(map: Map<string, number>): void {
    const surplus = map.size - maxKeys * 0.9
    let dropped = 0
    for (const key of map.keys()) {
      if (dropped++ >= surplus) return
      map.delete(key)
    }
  }
}
