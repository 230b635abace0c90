import { describe, expect, test, vi } from 'vitest'
import { connectLink, testPrefix } from '../../../test/support/redis-link.ts'
import { startStandalone } from '../../../test/support/redis-server.ts'
import { silentLogger, systemClock } from '../../base/index.ts'
import { createKeys } from '../redis/keys.ts'
import { createRedisBus } from './redis-bus.ts'

const keys = createKeys(testPrefix)
const tools = { keys, clock: systemClock, logger: silentLogger }

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
