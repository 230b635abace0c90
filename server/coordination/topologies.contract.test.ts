// Runs the suite of every contract of coordination with every supported topology. The servers of a topology start once,
// and its suites run one after another. The topologies run concurrently, because the tests mostly wait.
import { afterAll, beforeAll, describe } from 'vitest'
import { MemoryHeartbeats } from '../../test/support/memory-heartbeats.ts'
import { busOver, membershipOver, rateLimitsOver, runLogOver } from '../../test/support/redis-rigs.ts'
import { redisTopologies } from '../../test/support/redis-link.ts'
import type { TestRedis } from '../../test/support/redis-server.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { describeBus } from './bus/bus.contract.ts'
import { MemoryBusHub } from './bus/memory-bus.ts'
import { createStoreMembership } from './membership/fleet-membership.ts'
import { describeMembership } from './membership/membership.contract.ts'
import { createMemoryHub } from '../../test/support/memory-hub.ts'
import { describeRateLimits } from './rate-limits/rate-limits.contract.ts'
import { describeRunLog } from './run-log/run-log.contract.ts'
import { MemoryRunLogHub } from './run-log/memory-run-log.ts'

for (const [name, start] of redisTopologies) {
  describe.concurrent(`coordination over Redis ${name}`, () => {
    describe('contracts', { concurrent: false }, () => {
      let redis: TestRedis
      beforeAll(async () => {
        redis = await start()
      })
      afterAll(() => redis?.stop())

      describeBus(async () => busOver(redis))
      describeRunLog(async () => runLogOver(redis))
      describeRateLimits(async () => rateLimitsOver(redis))
      describeMembership(async () => membershipOver(redis))
    })
  })
}

describe.concurrent('coordination over memory', () => {
  describe('contracts', { concurrent: false }, () => {
    describeBus(async () => {
      const hub = new MemoryBusHub({ seed: 7 })
      const known = new Set<string>()
      const forEach = (act: (self: string) => void) => async () => known.forEach(act)
      return {
        connect: async (label) => {
          const self = `${label}.${known.size}`
          known.add(self)
          return hub.connect(self)
        },
        cut: forEach((self) => hub.cut(self)),
        restore: forEach((self) => hub.restore(self)),
        close: async () => {},
      }
    })

    describeRunLog(async () => {
      const hub = new MemoryRunLogHub({ clock: systemClock })
      return {
        connect: async () => hub.connect(),
        lose: { flushed: async () => hub.flush() },
        setAway: async (away) => hub.setAway(away),
        close: async () => hub.close(),
      }
    })

    describeRateLimits(
      async () => {
        const hub = createMemoryHub()
        return { make: async () => hub.rateLimits(), close: async () => {} }
      },
      { remote: false },
    )

    describeMembership(async () => {
      const hub = createMemoryHub()
      const heartbeats = new MemoryHeartbeats()
      const known = new Set<string>()
      return {
        make: async (self, facts) => {
          known.add(self)
          return hub.membership({ self, facts, store: heartbeats.port() })
        },
        kill: async (self) => {
          known.delete(self)
          hub.cut(self)
          heartbeats.fail(self)
        },
        cut: async () => known.forEach((self) => hub.cut(self)),
        restore: async () => known.forEach((self) => hub.restore(self)),
        flush: async () => hub.flush(),
        close: async () => {},
      }
    })
  })
})

describe.concurrent('coordination over the store alone', () => {
  describe('contracts', { concurrent: false }, () => {
    describeMembership(
      async () => {
        const heartbeats = new MemoryHeartbeats()
        return {
          make: async (self, facts) =>
            createStoreMembership({
              clock: systemClock,
              logger: silentLogger,
              self,
              facts,
              store: heartbeats.port(),
            }),
          kill: async (self) => heartbeats.fail(self),
          close: async () => {},
        }
      },
      { table: false },
    )
  })
})
