import type { Clock, Logger } from '../../server/base/index.ts'
import { silentLogger, systemClock } from '../../server/base/index.ts'
import type { Bus } from '../../server/coordination/bus/bus.ts'
import { MemoryBusHub } from '../../server/coordination/bus/memory-bus.ts'
import type { FleetMembershipOptions } from '../../server/coordination/membership/fleet-membership.ts'
import { FleetMembership } from '../../server/coordination/membership/fleet-membership.ts'
import { MemoryBeatHub } from '../../server/coordination/membership/memory-beat-table.ts'
import type { Membership } from '../../server/coordination/membership/membership.ts'
import { LocalLimits } from '../../server/coordination/rate-limits/local-limits.ts'
import { createMemoryRateLimits } from '../../server/coordination/rate-limits/memory-rate-limits.ts'
import type { RateLimits } from '../../server/coordination/rate-limits/rate-limits.ts'

export interface MemoryHubOptions {
  seed?: number
  clock?: Clock
  logger?: Logger
}

/** Replaces Redis for instances in one process. Each instance gets its own handle of each contract. */
export interface MemoryHub {
  bus(self: string): Bus
  membership(options: Pick<FleetMembershipOptions, 'self' | 'facts' | 'store'>): Membership
  rateLimits(): RateLimits
  /** The proportions of lost and delayed deliveries on the bus. */
  readonly faults: MemoryBusHub['faults']
  /** Disconnects an instance from the hub. `restore` reconnects it. */
  cut(self: string): void
  restore(self: string): void
  /**
   * Deletes the membership table, as FLUSHALL does. With `restart`, it also gets a new table id, as after a restart.
   */
  flush(options?: { restart?: boolean }): void
}

export function createMemoryHub(options: MemoryHubOptions = {}): MemoryHub {
  const { seed = 1, clock = systemClock, logger = silentLogger } = options
  const buses = new MemoryBusHub({ clock, logger, seed })
  const beats = new MemoryBeatHub(clock)
  const limits = new LocalLimits(() => clock.monotonic())
  return {
    faults: buses.faults,
    bus: (self) => buses.connect(self),
    membership: (given) => new FleetMembership({ ...given, table: beats.table(), clock, logger }),
    rateLimits: () => createMemoryRateLimits({ clock, shared: limits }),
    cut(self) {
      buses.cut(self)
      beats.cut(self)
    },
    restore(self) {
      buses.restore(self)
      beats.restore(self)
    },
    flush: ({ restart = false } = {}) => (restart ? beats.restart() : beats.flush()),
  }
}
