import type { Clock } from '../../base/index.ts'
import { limitTerms } from './limit-terms.ts'
import { LocalLimits } from './local-limits.ts'
import type { RateLimits } from './rate-limits.ts'

/** Limits of a single instance, or of several that are given the same `shared`. */
export function createMemoryRateLimits({
  clock,
  shared = new LocalLimits(() => clock.monotonic()),
}: {
  clock: Clock
  shared?: LocalLimits
}): RateLimits {
  return {
    async consume(key, limit, cost = 1) {
      return { ...shared.consume(key, limitTerms(limit, cost)), degraded: false }
    },
    async block(key, ms) {
      shared.block(key, ms)
    },
    async unblock(key) {
      shared.unblock(key)
    },
    close: () => Promise.resolve(),
  }
}
