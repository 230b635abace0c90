import { describe, expect, test, vi } from 'vitest'
import { connectLink, linkBecomes, redisTopologies, testPrefix } from '../../../test/support/redis-link.ts'
import { startStandalone } from '../../../test/support/redis-server.ts'
import type { TestRedis } from '../../../test/support/redis-server.ts'
import { silentLogger, systemClock } from '../../base/index.ts'
import { createMemoryHub } from '../memory-hub.ts'
import { createKeys } from '../redis/keys.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import type { RateLimitsHouse } from './rate-limits.contract.ts'
import { describeRateLimits } from './rate-limits.contract.ts'
import { createRedisRateLimits } from './redis-rate-limits.ts'

const tools = { keys: createKeys(testPrefix), clock: systemClock, logger: silentLogger }

describeRateLimits('memory', async (): Promise<RateLimitsHouse> => {
  const hub = createMemoryHub()
  return { make: async () => hub.rateLimits(), close: async () => {} }
})

for (const [name, start] of redisTopologies) {
  describeRateLimits(`Redis ${name}`, async () => redisHouse(await start()))
}

function redisHouse(redis: TestRedis): RateLimitsHouse {
  const links: RedisLink[] = []
  return {
    async make() {
      const link = await connectLink(redis)
      links.push(link)
      // What is tested here are the limits, on a machine that may be slow; the deadline has a test below.
      return createRedisRateLimits({ ...tools, link, members: () => 2, deadlineMs: 2000 })
    },
    async cut() {
      await Promise.all(redis.servers.map((server) => server.kill()))
    },
    async mend() {
      await Promise.all(redis.servers.map((server) => server.start()))
      await Promise.all(links.map((link) => linkBecomes(link, true)))
    },
    async flush() {
      await Promise.all(
        redis.servers.map(async ({ admin }) => {
          if (/role:master/.test(await admin.info('replication'))) await admin.flushall()
        }),
      )
    },
    async close() {
      await Promise.all(links.map((link) => link.close()))
      await redis.stop()
    },
  }
}

describe('rate limits, over Redis', () => {
  test('a paused Redis makes nobody wait: the local copy decides', async () => {
    await using redis = await startStandalone()
    const link = await connectLink(redis)
    const limits = createRedisRateLimits({ ...tools, link })
    const limit = { rate: 1, perMs: 60_000, burst: 3 }
    const server = redis.servers[0]!
    expect(await limits.consume('k', limit)).toMatchObject({ allowed: true, degraded: false })
    expect(await server.admin.pttl(tools.keys.rateLimit('k'))).toBeGreaterThan(0)
    server.pause()
    const answers = await Promise.all(Array.from({ length: 20 }, () => limits.consume('k', limit)))
    expect(answers.every(({ degraded }) => degraded)).toBe(true)
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(2)
    server.resume()
    await vi.waitFor(
      async () => expect(await limits.consume('other', limit)).toMatchObject({ degraded: false }),
      10_000,
    )
    await link.close()
  })
})
