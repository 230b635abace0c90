import { describe, expect, test, vi } from 'vitest'
import { connectLink, testPrefix } from '../../../test/support/redis-link.ts'
import { startStandalone } from '../../../test/support/redis-server.ts'
import { silentLogger, systemClock } from '../../base/index.ts'
import { createKeys } from '../redis/keys.ts'
import { createSigner } from '../signer.ts'
import { createRedisBus, signMessage } from './redis-bus.ts'

const keys = createKeys(testPrefix)
const signer = createSigner('secret')
const tools = { keys, signer, clock: systemClock, logger: silentLogger }

describe('bus, over Redis', () => {
  test('listeners receive gap after a dropped subscription was renewed, and when a message number is missing', async () => {
    await using redis = await startStandalone()
    const link = await connectLink(redis)
    const bus = createRedisBus({ ...tools, link, self: 'a' })
    const received: string[] = []
    const listener = { message: (text: string) => received.push(text), gap: () => received.push('gap') }
    await bus.subscribe('t', listener).ready
    const admin = redis.servers[0]!.admin
    expect(await admin.pubsub('CHANNELS')).toContain(keys.busTopic('t'))

    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await vi.waitFor(() => expect(received).toEqual(['gap']), 5000)

    const publish = (message: string) => admin.publish(keys.busTopic('t'), signMessage(signer, 't', message))
    await publish('1 other 1 -1 one')
    await publish('1 other 3 20 three')
    await publish('1 other 2 10 two, late')
    await publish('2 {"of":"another version"}')
    await admin.publish(keys.busTopic('t'), '3 {"of":"another version"}')
    await publish('1 other 4 5 four')
    await vi.waitFor(() => expect(received).toEqual(['gap', 'one', 'gap', 'three', 'four']), 5000)

    await bus.close()
    await vi.waitFor(
      async () => expect(await admin.pubsub('CHANNELS')).not.toContain(keys.busTopic('t')),
      5000,
    )
    await link.close()
  })

  test('S15: a message that this installation did not sign for this topic reaches no listener', async () => {
    await using redis = await startStandalone()
    const link = await connectLink(redis)
    const warnings: unknown[] = []
    const logger = { ...silentLogger, warn: (...args: unknown[]) => void warnings.push(args) }
    const bus = createRedisBus({ ...tools, logger, link, self: 'a' })
    const received: string[] = []
    const listener = { message: (text: string) => received.push(text), gap: () => received.push('gap') }
    await bus.subscribe('t', listener).ready
    const admin = redis.servers[0]!.admin
    const genuine = signMessage(signer, 't', '1 other 1 -1 genuine')
    for (const forged of [
      '1 other 1 -1 unsigned',
      `2 ${'A'.repeat(22)} 1 other 1 -1 made up`,
      signMessage(createSigner('another secret'), 't', '1 other 1 -1 another secret'),
      signMessage(signer, 'u', '1 other 1 -1 of another topic'),
      genuine.replace('genuine', 'changed'),
      `${genuine} and more`,
      '2 ',
      '',
      genuine,
    ])
      await admin.publish(keys.busTopic('t'), forged)
    await vi.waitFor(() => expect(received).toEqual(['genuine']), 5000)
    expect(warnings).toHaveLength(1)
    await bus.close()
    await link.close()
  })
})
