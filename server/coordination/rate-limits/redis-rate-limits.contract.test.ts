import { describe, expect, test, vi } from 'vitest'
import { connectLink, testPrefix } from '../../../test/support/redis-link.ts'
import { startStandalone } from '../../../test/support/redis-server.ts'
import { silentLogger, systemClock } from '../../base/index.ts'
import { createKeys } from '../redis/keys.ts'
import { createRedisRateLimits } from './redis-rate-limits.ts'

const tools = { keys: createKeys(testPrefix), clock: systemClock, logger: silentLogger }

describe('rate limits, over Redis', () => {
  test('while Redis is paused, requests do not wait: the instance decides by its own count', async () => {
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
