import { setTimeout as delay } from 'node:timers/promises'
import { startStandalone, startWithAclUser } from '../../test/support/redis-server.ts'
import type { RedisProcess } from '../../test/support/redis-process.ts'
import type { Scenario } from '../scenario.ts'
import { until } from '../support/fleet.ts'
import type { Fleet } from '../support/fleet.ts'
import { redisFault } from '../support/redis-fault.ts'
import { checkAllReady, readiness } from '../support/watched-answers.ts'

function server(fleet: Fleet): RedisProcess {
  const [first] = fleet.redis?.servers ?? []
  if (!first) throw new Error('this fleet has no Redis')
  return first
}

/**
 * Checks that `/ready` of every instance reports the problem in a suitable sentence, and that it is ready nevertheless.
 */
async function checkReportedProblem(fleet: Fleet, sentence: RegExp): Promise<string[]> {
  const broken = await Promise.all(
    fleet.urls().map(async (url) => {
      let last: string | undefined
      const isReported = await until(async () => {
        const { checks } = await readiness(url)
        last = checks.find(({ name }) => name === 'redis')?.problem
        return last !== undefined && sentence.test(last)
      }, 8000)
      return isReported ? [] : [`/ready reports “${last}” about Redis instead of ${sentence}`]
    }),
  )
  return [...broken.flat(), ...(await checkAllReady(fleet, 'during the fault'))]
}

const paused = redisFault({
  name: 'redis-paused',
  fault: 'Redis stopped (SIGSTOP) for 10 s',
  durationS: 15,
  async act(fleet) {
    server(fleet).pause()
    await delay(10_000)
    const broken = await checkAllReady(fleet, 'while Redis is stopped')
    server(fleet).resume()
    return broken
  },
})

const restarted = (['without', 'with'] as const).map((data) =>
  redisFault({
    name: `redis-restarted-${data}-data`,
    fault: `Redis killed and restarted at once ${data} its data, three times`,
    durationS: 16,
    fleet: {
      redis: () => startStandalone(data === 'with' ? ['appendonly yes', 'appendfsync always'] : []),
    },
    async act(fleet) {
      for (let time = 0; time < 3; time++) {
        await server(fleet).kill()
        await server(fleet).start()
        await delay(3500)
      }
      return []
    },
  }),
)

const evicting = redisFault({
  name: 'redis-evicting',
  fault: 'a Redis with allkeys-lru under memory pressure of another application for 10 s',
  durationS: 15,
  async act(fleet) {
    const { admin } = server(fleet)
    const used = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1])
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    await admin.config('SET', 'maxmemory', String(used + 1_000_000))
    const value = 'x'.repeat(10_000)
    for (let round = 0; round < 40; round++) {
      const pipeline = admin.pipeline()
      for (let key = 0; key < 100; key++) pipeline.set(`other:${round}:${key}`, value)
      await pipeline.exec()
      await delay(250)
    }
    await admin.config('SET', 'maxmemory', '0')
    const evicted = Number(/evicted_keys:(\d+)/.exec(await admin.info('stats'))?.[1])
    return evicted > 1000 ? [] : [`only ${evicted} keys were evicted: nothing was tested`]
  },
})

const full = redisFault({
  name: 'redis-full',
  fault: 'a full Redis that refuses writes (noeviction) for 10 s',
  durationS: 15,
  async act(fleet) {
    const { admin } = server(fleet)
    await admin.config('SET', 'maxmemory-policy', 'noeviction')
    await admin.config('SET', 'maxmemory', '1')
    const refused = await admin.set('other', 'x').catch((error: unknown): string => String(error))
    await delay(10_000)
    const broken = await checkAllReady(fleet, 'while Redis is full')
    await admin.config('SET', 'maxmemory', '0')
    return refused.includes('OOM') ? broken : [...broken, `a write was not refused: ${refused}`]
  },
})

const passwordSet = redisFault({
  name: 'redis-password-rotated',
  fault: 'a password set on Redis and every connection killed, for 8 s',
  durationS: 14,
  async act(fleet) {
    const { admin } = server(fleet)
    await admin.config('SET', 'requirepass', 'another')
    await admin.call('AUTH', 'another')
    await admin.call('CLIENT', 'KILL', 'SKIPME', 'yes')
    const broken = await checkReportedProblem(fleet, /password|NOAUTH|REDIS_URL/i)
    await delay(4000)
    await admin.config('SET', 'requirepass', '')
    return broken
  },
})

const aclRotated = redisFault({
  name: 'redis-acl-password-rotated',
  fault: 'the password of the ACL user changed and its connections killed, for 8 s',
  durationS: 14,
  fleet: { redis: () => startWithAclUser('open-webui') },
  async act(fleet) {
    const { admin } = server(fleet)
    const url = new URL(fleet.redis?.variables.url ?? '')
    const password = decodeURIComponent(url.password)
    await admin.call('ACL', 'SETUSER', 'shoal', 'resetpass', '>another')
    await admin.call('CLIENT', 'KILL', 'USER', 'shoal')
    const broken = await checkReportedProblem(fleet, /password|WRONGPASS|REDIS_URL/i)
    await delay(4000)
    await admin.call('ACL', 'SETUSER', 'shoal', 'resetpass', `>${password}`)
    return broken
  },
})

const readOnly = redisFault({
  name: 'redis-read-only',
  fault: 'Redis turned into a replica of a master that does not exist (REPLICAOF), for 8 s',
  durationS: 14,
  async act(fleet) {
    const { admin } = server(fleet)
    await admin.call('REPLICAOF', '127.0.0.1', '1')
    await delay(8000)
    const broken = await checkAllReady(fleet, 'while Redis is read-only')
    await admin.call('REPLICAOF', 'NO', 'ONE')
    return broken
  },
})

const clientsKilled = redisFault({
  name: 'redis-links-killed',
  fault: 'all connections of subscribers or of commands killed in turn, 8 times in 8 s',
  durationS: 13,
  async act(fleet) {
    const { admin } = server(fleet)
    for (let time = 0; time < 8; time++) {
      await admin.call('CLIENT', 'KILL', 'TYPE', time % 2 === 0 ? 'pubsub' : 'normal', 'SKIPME', 'yes')
      await delay(1000)
    }
    return []
  },
})

const dropped = redisFault({
  name: 'redis-subscription-dropped',
  fault: 'a subscription of one instance stalled, with its readers receiving text again ≤ 8 s,',
  durationS: 16,
  fleet: { linked: true },
  async act(fleet, { remote }) {
    const silenced = fleet.links[1]?.redis?.stallWhere((sent) => sent.includes('subscribe\r\n')) ?? 0
    if (silenced === 0) return ['no subscription was found: nothing was tested']
    await delay(500)
    let worst = 0
    const end = performance.now() + 9000
    while (performance.now() < end) {
      const now = performance.now()
      for (const reader of remote) {
        if (!reader.end) worst = Math.max(worst, now - reader.history.grewAt)
      }
      await delay(20)
    }
    return worst > 8000 ? [`a remote reader saw nothing for ${(worst / 1000).toFixed(1)} s`] : []
  },
})

export const redisFaults: Scenario[] = [
  paused,
  ...restarted,
  evicting,
  full,
  passwordSet,
  aclRotated,
  readOnly,
  clientsKilled,
  dropped,
]
