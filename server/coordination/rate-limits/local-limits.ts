import type { LimitTerms } from './limit-terms.ts'
import type { LimitAnswer } from './rate-limits.ts'

/** Above this, keys that are whole again are dropped, and if that is not enough the oldest. */
const mostKeys = 100_000

/** Intervals are seldom whole microseconds: a whole burst must not fail by the last digit of a sum. */
const rounding = 1e-6

/**
 * GCRA in this process: the theoretical arrival time of each key, in µs of the clock that is given. The generic cell
 * rate algorithm is from ATM traffic control (ITU-T I.371).
 */
export class LocalLimits {
  readonly #now: () => number
  readonly #arrivals = new Map<string, number>()
  readonly #blocks = new Map<string, number>()

  /** `now`: milliseconds that only grow. */
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
    if (next > now) this.#keep(key, next, now)
    return { allowed: true, remaining: units(next), retryAfterMs: 0, resetMs: toMs(next - now) }
  }

  block(key: string, ms: number): void {
    if (this.#blocks.size >= mostKeys) {
      for (const blocked of this.#blocks.keys()) this.blockedMs(blocked)
      this.#dropOldest(this.#blocks)
    }
    this.#blocks.set(key, this.#now() + ms)
  }

  unblock(key: string): void {
    this.#blocks.delete(key)
  }

  /** How long it stays blocked; 0 when it is not. */
  blockedMs(key: string): number {
    const left = (this.#blocks.get(key) ?? 0) - this.#now()
    if (left <= 0) this.#blocks.delete(key)
    return Math.max(0, Math.ceil(left))
  }

  /** Keys and blocks that are held. */
  get size(): number {
    return this.#arrivals.size + this.#blocks.size
  }

  #keep(key: string, arrival: number, now: number): void {
    if (this.#arrivals.size >= mostKeys && !this.#arrivals.has(key)) {
      for (const [known, at] of this.#arrivals) if (at <= now) this.#arrivals.delete(known)
      this.#dropOldest(this.#arrivals)
    }
    this.#arrivals.delete(key)
    this.#arrivals.set(key, arrival)
  }

  /** Makes room for a tenth, so that a flood of keys does not walk through all of them each time. */
  #dropOldest(map: Map<string, number>): void {
    const surplus = map.size - mostKeys * 0.9
    let dropped = 0
    for (const key of map.keys()) {
      if (dropped++ >= surplus) return
      map.delete(key)
    }
  }
}
