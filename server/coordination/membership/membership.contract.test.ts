import { describe, expect, test, vi } from 'vitest'
import { MemoryHeartbeats } from '../../../test/support/memory-heartbeats.ts'
import { connectLink, linkBecomes, redisTopologies, testPrefix } from '../../../test/support/redis-link.ts'
import { startStandalone } from '../../../test/support/redis-server.ts'
import type { TestRedis } from '../../../test/support/redis-server.ts'
import { silentLogger, systemClock } from '../../base/index.ts'
import { createMemoryHub } from '../memory-hub.ts'
import { createKeys } from '../redis/keys.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import { createRedisMembership, createStoreMembership } from './fleet-membership.ts'
import type { MembershipHouse } from './membership.contract.ts'
import { describeMembership, someFacts } from './membership.contract.ts'
import { lease } from './membership.ts'

const tools = { clock: systemClock, logger: silentLogger }
const keys = createKeys(testPrefix)
const patience = { timeout: 15_000, interval: 20 }

describeMembership('memory', async (): Promise<MembershipHouse> => {
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
    mend: async () => known.forEach((self) => hub.mend(self)),
    flush: async () => hub.flush(),
    close: async () => {},
  }
})

describeMembership('store alone', async (): Promise<MembershipHouse> => {
  const heartbeats = new MemoryHeartbeats()
  return {
    make: async (self, facts) => createStoreMembership({ ...tools, self, facts, store: heartbeats.port() }),
    kill: async (self) => heartbeats.fail(self),
    close: async () => {},
  }
})

for (const [name, start] of redisTopologies) {
  describeMembership(`Redis ${name}`, async () => redisHouse(await start()))
}

interface RedisHouse extends MembershipHouse {
  heartbeats: MemoryHeartbeats
  /** Takes Redis away from one instance alone. */
  loseRedis(self: string): Promise<void>
}

function redisHouse(redis: TestRedis): RedisHouse {
  const heartbeats = new MemoryHeartbeats()
  const links = new Map<string, RedisLink>()
  return {
    heartbeats,
    make: async (self, facts) => {
      const link = await connectLink(redis)
      links.set(self, link)
      return createRedisMembership({ ...tools, keys, link, self, facts, store: heartbeats.port() })
    },
    async kill(self) {
      heartbeats.fail(self)
      await links.get(self)?.close()
      links.delete(self)
    },
    async loseRedis(self) {
      await links.get(self)?.close()
      links.delete(self)
    },
    async cut() {
      await Promise.all(redis.servers.map((server) => server.kill()))
    },
    async mend() {
      await Promise.all(redis.servers.map((server) => server.start()))
      await Promise.all([...links.values()].map((link) => linkBecomes(link, true)))
    },
    async flush() {
      await Promise.all(
        redis.servers.map(async ({ admin }) => {
          if (/role:master/.test(await admin.info('replication'))) await admin.flushall()
        }),
      )
    },
    async close() {
      await Promise.all([...links.values()].map((link) => link.close()))
      await redis.stop()
    },
  }
}

describe.concurrent('membership, over Redis', () => {
  async function pair(redis: TestRedis) {
    const house = redisHouse(redis)
    const [a, b] = [await house.make('a', someFacts), await house.make('b', someFacts)]
    const gone: string[] = []
    for (const member of [a, b])
      member.watch({ gone: (incarnation, how) => gone.push(`${incarnation} ${how}`) })
    await Promise.all([a.join(), b.join()])
    await vi.waitFor(
      () => expect([a.members(), b.members()].map(({ length }) => length)).toEqual([2, 2]),
      patience,
    )
    await vi.waitFor(() => expect(a.verdict('x')).toBe('dead'), patience)
    return { house, a, b, gone, close: () => Promise.all([a.leave(), b.leave()]).then(() => house.close()) }
  }

  test('killed and restarted empty (another run_id): nobody is taken for dead, verdicts again a lease later', async () => {
    const { a, b, gone, house, close } = await pair(await startStandalone())
    await house.cut!()
    await house.mend!()
    await vi.waitFor(() => expect(a.verdict('x')).toBe('unknown'), patience)
    await vi.waitFor(() => expect(a.verdict('x')).toBe('dead'), patience)
    expect([a.verdict('b'), b.verdict('a'), ...gone]).toEqual(['alive', 'alive'])
    await close()
  })

  test('server stopped for 4 s: beats go to the store at once, nobody is taken for dead', async () => {
    const redis = await startStandalone()
    const { a, b, gone, house, close } = await pair(redis)
    redis.servers[0]!.pause()
    await vi.waitFor(() => expect(house.heartbeats.beats.get('a')).toBeGreaterThan(0), patience)
    await new Promise((resolve) => setTimeout(resolve, 4000))
    expect([a.verdict('b'), b.verdict('a'), a.verdict('x')]).toEqual(['alive', 'alive', 'unknown'])
    expect(a.sinceAcknowledged()).toBeLessThan(2500)
    redis.servers[0]!.resume()
    await vi.waitFor(() => expect([a.redisHealthy(), b.redisHealthy()]).toEqual([true, true]), patience)
    expect([a.verdict('b'), b.verdict('a'), ...gone]).toEqual(['alive', 'alive'])
    await close()
  })

  test('one that has lost Redis alone stays alive for the others, through the store', async () => {
    const { a, b, gone, house, close } = await pair(await startStandalone())
    await house.loseRedis('b')
    await vi.waitFor(() => expect(a.members()[1]).toMatchObject({ incarnation: 'b', redis: false }), patience)
    await new Promise((resolve) => setTimeout(resolve, lease))
    expect([a.verdict('b'), gone, a.redisHealthy(), b.redisHealthy()]).toEqual(['alive', [], true, false])
    // Those with Redis beat in the store only while somebody is missing: absence there says nothing about them.
    expect(b.verdict('a')).not.toBe('dead')
    expect(b.verdict('never seen')).toBe('unknown')
    // And when it dies as well, it is found dead.
    house.heartbeats.fail('b')
    await vi.waitFor(() => expect(gone).toEqual(['b dead']), patience)
    await close()
  })

  test('with Redis away for all, one that beat in the store and vanished is found dead', async () => {
    const redis = await startStandalone()
    const { a, b, gone, house, close } = await pair(redis)
    await house.cut!()
    await vi.waitFor(() => expect(a.members().map(({ redis }) => redis)).toEqual([false, false]), patience)
    house.heartbeats.fail('b')
    await vi.waitFor(() => expect(gone).toEqual(['b dead']), patience)
    expect([a.verdict('b'), a.verdict('x')]).toEqual(['dead', 'unknown'])
    await b.leave()
    await close()
  })

  test('at rest an instance sends no more than its heartbeats and pings', async () => {
    const redis = await startStandalone()
    const { house, close } = await pair(redis)
    const admin = redis.servers[0]!.admin
    const beats = house.heartbeats.beats.get('a') ?? 0
    const count = async (): Promise<number> =>
      Number(/total_commands_processed:(\d+)/.exec(await admin.info('stats'))?.[1])
    // Commands inside the script count too: ten for each beat.
    const before = [await count(), performance.now()] as const
    await new Promise((resolve) => setTimeout(resolve, 3000))
    const perSecond = ((await count()) - before[0] - 1) / ((performance.now() - before[1]) / 1000)
    expect(perSecond).toBeLessThan(2 * (2.5 * 11 + 2))
    expect(house.heartbeats.beats.get('a') ?? 0).toBe(beats)
    await close()
  })
})
