import type { Clock } from '../../base/index.ts'
import { limitTerms } from './limit-terms.ts'
import { LocalLimits } from './local-limits.ts'
import type { RateLimits } from './rate-limits.ts'

/** Rate limits of a single instance, or of several instances in one process with the same `shared`. */
export function createMemoryRateLimits({
  clock,
  shared = new LocalLimits(() => clock.monotonic()),
  members = () => 1,
}: {
  clock: Clock
  shared?: LocalLimits
  /** The number of instances by which limits with `splitAmongMembers` are divided, for a fleet without Redis. */
  members?: () => number
}): RateLimits {
  return {
    async consume(key, limit, cost = 1) {
      const share = limit.splitAmongMembers ? Math.max(1, members()) : 1
      return { ...shared.consume(key, limitTerms(limit, cost, share)), degraded: false }
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
