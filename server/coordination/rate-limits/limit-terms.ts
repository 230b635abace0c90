import type { Limit } from './rate-limits.ts'

/** A limit in the terms of GCRA, in microseconds, and the cost, which is at most the burst. */
export interface LimitTerms {
  intervalUs: number
  toleranceUs: number
  cost: number
}

/**
 * Throws a RangeError for an invalid limit or cost, because that is a bug of the caller. `share` is the number of
 * instances that the limit is divided by.
 */
export function limitTerms(limit: Limit, cost: number, share = 1): LimitTerms {
  for (const name of ['rate', 'perMs', 'burst'] as const) {
    if (!(limit[name] > 0) || !Number.isFinite(limit[name])) {
      throw new RangeError(`the limit's ${name} is ${limit[name]}, but must be a finite number above 0`)
    }
  }
  if (limit.burst < 1) throw new RangeError(`the limit's burst is ${limit.burst}, but must be at least 1`)
  if (!(cost >= 0)) throw new RangeError(`the cost is ${cost}, but must be 0 or more`)
  const burst = Math.max(1, Math.floor(limit.burst / share))
  const intervalUs = (limit.perMs * 1000 * share) / limit.rate
  return { intervalUs, toleranceUs: intervalUs * burst, cost: Math.min(cost, burst) }
}
