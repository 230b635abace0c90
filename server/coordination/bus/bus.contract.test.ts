import { describe, expect, test, vi } from 'vitest'
import { connectLink, linkBecomes, redisTopologies, testPrefix } from '../../../test/support/redis-link.ts'
import { startStandalone } from '../../../test/support/redis-server.ts'
import type { TestRedis } from '../../../test/support/redis-server.ts'
import { silentLogger, systemClock } from '../../base/index.ts'
import { createKeys } from '../redis/keys.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import type { BusHouse } from './bus.contract.ts'
import { describeBus } from './bus.contract.ts'
import { MemoryBusHub } from './memory-bus.ts'
import { createRedisBus } from './redis-bus.ts'

const keys = createKeys(testPrefix)
const tools = { keys, clock: systemClock, logger: silentLogger }
let incarnations = 0

describeBus('memory', async (): Promise<BusHouse> => {
  const hub = new MemoryBusHub({ seed: 7 })
  const known = new Set<string>()
  const forEach = (act: (self: string) => void) => async () => known.forEach(act)
  return {
    connect: async (label) => {
      const self = `${label}.${incarnations++}`
      known.add(self)
      return hub.connect(self)
    },
    cut: forEach((self) => hub.cut(self)),
    mend: forEach((self) => hub.mend(self)),
    close: async () => {},
  }
})

for (const [name, start] of redisTopologies) describeBus(`Redis ${name}`, () => redisHouse(start))

async function redisHouse(start: () => Promise<TestRedis>): Promise<BusHouse> {
  const redis = await start()
  const links: RedisLink[] = []
  return {
    connect: async (label) => {
      const link = await connectLink(redis)
      links.push(link)
      return createRedisBus({ ...tools, link, self: `${label}.${incarnations++}` })
    },
    async cut() {
      await Promise.all(redis.servers.map((server) => server.kill()))
    },
    async mend() {
      await Promise.all(redis.servers.map((server) => server.start()))
      await Promise.all(links.map((link) => linkBecomes(link, true)))
    },
    async close() {
      await Promise.all(links.map((link) => link.close()))
      await redis.stop()
    },
  }
}

describe('bus, over Redis', () => {
  test('a dropped subscription is made again and heard as a gap; a hole in the numbers too', async () => {
    await using redis = await startStandalone()
    const link = await connectLink(redis)
    const bus = createRedisBus({ ...tools, link, self: 'a' })
    const heard: string[] = []
    const listener = { message: (text: string) => heard.push(text), gap: () => heard.push('gap') }
    await bus.subscribe('t', listener).ready
    const admin = redis.servers[0]!.admin
    expect(await admin.pubsub('CHANNELS')).toContain(keys.busTopic('t'))

    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await vi.waitFor(() => expect(heard).toEqual(['gap']), 5000)

    await admin.publish(keys.busTopic('t'), '1 other 1 -1 one')
    await admin.publish(keys.busTopic('t'), '1 other 3 20 three')
    await admin.publish(keys.busTopic('t'), '1 other 2 10 two, late')
    await admin.publish(keys.busTopic('t'), '2 {"of":"another version"}')
    await admin.publish(keys.busTopic('t'), '1 other 4 5 four')
    await vi.waitFor(() => expect(heard).toEqual(['gap', 'one', 'gap', 'three', 'four']), 5000)

    await bus.close()
    await vi.waitFor(
      async () => expect(await admin.pubsub('CHANNELS')).not.toContain(keys.busTopic('t')),
      5000,
    )
    await link.close()
  })
})
