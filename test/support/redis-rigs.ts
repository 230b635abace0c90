// Fixtures for the contract suites of coordination, on running Redis servers. `close` closes the links but not the
// servers, which other suites share.
import { expect } from 'vitest'
import { silentLogger, systemClock } from '../../server/base/index.ts'
import type { BusRig } from '../../server/coordination/bus/bus.contract.ts'
import { createRedisBus } from '../../server/coordination/bus/redis-bus.ts'
import { createRedisMembership } from '../../server/coordination/membership/fleet-membership.ts'
import type { MembershipRig } from '../../server/coordination/membership/membership.contract.ts'
import type { RateLimitsRig } from '../../server/coordination/rate-limits/rate-limits.contract.ts'
import { createRedisRateLimits } from '../../server/coordination/rate-limits/redis-rate-limits.ts'
import { createKeys } from '../../server/coordination/redis/keys.ts'
import type { RedisLink } from '../../server/coordination/redis/redis-link.ts'
import { createSigner } from '../../server/coordination/signer.ts'
import { createRedisRunLog } from '../../server/coordination/run-log/redis-run-log.ts'
import type { RunLogRig } from '../../server/coordination/run-log/run-log.contract.ts'
import type { RunLog } from '../../server/coordination/run-log/run-log.ts'
import { MemoryHeartbeats } from './memory-heartbeats.ts'
import { connectLink, linkBecomes, testPrefix } from './redis-link.ts'
import type { TestRedis } from './redis-server.ts'

const keys = createKeys(testPrefix)
/** The signer of all instances in the tests' installation. */
export const testSigner = createSigner('the secret of the tests')
const tools = { keys, signer: testSigner, clock: systemClock, logger: silentLogger }
let incarnations = 0

const killAll = (redis: TestRedis) => Promise.all(redis.servers.map((server) => server.kill()))

async function startAll(redis: TestRedis, links: Iterable<RedisLink>): Promise<void> {
  await Promise.all(redis.servers.map((server) => server.start()))
  await Promise.all([...links].map((link) => linkBecomes(link, true)))
}

async function flushAll(redis: TestRedis): Promise<void> {
  await Promise.all(
    redis.servers.map(async ({ admin }) => {
      if (/role:master/.test(await admin.info('replication'))) await admin.flushall()
    }),
  )
}

export function busOver(redis: TestRedis): BusRig {
  const links: RedisLink[] = []
  return {
    connect: async (label) => {
      const link = await connectLink(redis)
      links.push(link)
      return createRedisBus({ ...tools, link, self: `${label}.${incarnations++}` })
    },
    cut: async () => void (await killAll(redis)),
    restore: () => startAll(redis, links),
    close: async () => void (await Promise.all(links.map((link) => link.close()))),
  }
}

/** Creates a run log with its own link, as each instance has. The link closes with the run log. */
export async function connectRunLog(
  redis: Pick<TestRedis, 'variables'>,
  links = new Set<RedisLink>(),
): Promise<RunLog> {
  const link = await connectLink(redis)
  links.add(link)
  const close = async (): Promise<void> => {
    links.delete(link)
    await link.close()
  }
  return { ...createRedisRunLog({ link, keys, signer: testSigner, logger: silentLogger }), close }
}

export function runLogOver(redis: TestRedis): RunLogRig {
  const links = new Set<RedisLink>()
  const key = (runId: string) => keys.runLog(runId)
  const master = async (runId: string) => {
    for (const server of redis.servers) {
      const writes = /role:master/.test(await server.admin.info('replication'))
      const answer = writes ? await server.admin.exists(key(runId)).catch(() => 'moved') : 'replica'
      if (typeof answer === 'number') return server
    }
    throw new Error('no server has the key')
  }
  return {
    connect: () => connectRunLog(redis, links),
    lose: {
      deleted: async (runId) => void (await (await master(runId)).admin.del(key(runId))),
      flushed: async (runId) => void (await (await master(runId)).admin.flushall()),
      trimmed: async (runId) => void (await (await master(runId)).admin.xtrim(key(runId), 'MAXLEN', 0)),
      expired: async (runId) => {
        const { admin } = await master(runId)
        await admin.pexpire(key(runId), 1)
        await expect.poll(() => admin.exists(key(runId))).toBe(0)
      },
    },
    setAway: (away) => (away ? killAll(redis).then(() => {}) : startAll(redis, links)),
    close: async () => {},
  }
}

export interface RedisMembershipRig extends MembershipRig {
  heartbeats: MemoryHeartbeats
  /** Disconnects only this instance from Redis. */
  loseRedis(self: string): Promise<void>
}

export function membershipOver(redis: TestRedis): RedisMembershipRig {
  const heartbeats = new MemoryHeartbeats()
  const links = new Map<string, RedisLink>()
  const loseRedis = async (self: string): Promise<void> => {
    await links.get(self)?.close()
    links.delete(self)
  }
  return {
    heartbeats,
    make: async (self, facts) => {
      const link = await connectLink(redis)
      links.set(self, link)
      return createRedisMembership({ ...tools, link, self, facts, store: heartbeats.port() })
    },
    async kill(self) {
      heartbeats.fail(self)
      await loseRedis(self)
    },
    loseRedis,
    cut: async () => void (await killAll(redis)),
    restore: () => startAll(redis, links.values()),
    flush: () => flushAll(redis),
    close: async () => void (await Promise.all([...links.values()].map((link) => link.close()))),
  }
}

export function rateLimitsOver(redis: TestRedis): RateLimitsRig {
  const links: RedisLink[] = []
  return {
    async make() {
      const link = await connectLink(redis)
      links.push(link)
      // A long deadline, because the machine may be slow. The deadline has its own test.
      return createRedisRateLimits({ ...tools, link, members: () => 2, deadlineMs: 2000 })
    },
    cut: async () => void (await killAll(redis)),
    restore: () => startAll(redis, links),
    flush: () => flushAll(redis),
    close: async () => void (await Promise.all(links.map((link) => link.close()))),
  }
}
