import type { Limit } from './rate-limits.ts'

/** A limit in GCRA's terms, microseconds; and the cost, never above the burst. */
export interface LimitTerms {
  intervalUs: number
  toleranceUs: number
  cost: number
}

/** Throws a RangeError for a limit that nothing could pass: that is a bug of the caller. `share`: this many share the limit. */
export function limitTerms(limit: Limit, cost: number, share = 1): LimitTerms {
  for (const name of ['rate', 'perMs', 'burst'] as const) {
    if (!(limit[name] > 0) || !Number.isFinite(limit[name])) {
      throw new RangeError(`a limit's ${name} is ${limit[name]}: it must be above 0`)
    }
  }
  if (limit.burst < 1) throw new RangeError(`a limit's burst is ${limit.burst}: it must be at least 1`)
  if (!(cost >= 0)) throw new RangeError(`a cost of ${cost} makes no sense: it must be 0 or more`)
  const burst = Math.max(1, Math.floor(limit.burst / share))
  const intervalUs = (limit.perMs * 1000 * share) / limit.rate
  return { intervalUs, toleranceUs: intervalUs * burst, cost: Math.min(cost, burst) }
}
