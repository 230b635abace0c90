import { expect, onTestFinished, test } from 'vitest'
import { connectLink } from '../../test/support/redis-link.ts'
import { startStandalone } from '../../test/support/redis-server.ts'
import { freePort } from '../../test/support/free-port.ts'
import { createLogger, silentLogger, systemClock } from '../base/index.ts'
import { readConfig } from '../config.ts'
import type { Config } from '../config.ts'
import { createMessageBus } from '../coordination/bus/message-bus.ts'
import { createRedisBus } from '../coordination/bus/redis-bus.ts'
import { createKeys } from '../coordination/redis/keys.ts'
import { createSigner } from '../coordination/signer.ts'
import { messages } from '../messages.ts'
import { createAnnouncer } from './announcer.ts'

const secret = (): Promise<string> => Promise.resolve('secret')

function config(env: Record<string, string>): Config {
  const reading = readConfig({ REDIS_KEY_PREFIX: 'cli-test', ...env })
  if (!reading.ok) throw new Error('refused')
  return reading.config
}

test('a running instance learns at once what a command has revoked', async () => {
  const redis = await startStandalone()
  onTestFinished(() => redis.stop())
  const link = await connectLink(redis)
  const bus = createRedisBus({
    link,
    keys: createKeys('cli-test'),
    self: 'instance',
    signer: createSigner('secret'),
    clock: systemClock,
    logger: silentLogger,
  })
  onTestFinished(async () => {
    await bus.close()
    await link.close()
  })
  const received: string[] = []
  const subscription = createMessageBus(bus, messages, silentLogger).on('revision.raised', 'fleet', {
    message: ({ name }) => received.push(name),
    gap: () => {},
  })
  await subscription.ready
  const announcer = createAnnouncer(config({ REDIS_URL: redis.variables.url }), secret, silentLogger)
  announcer.announce('revocations')
  announcer.announce('revocations')
  await announcer.close()
  await expect.poll(() => received).toEqual(['revocations'])
})

test('if Redis is unreachable, the command does not hang, and logs a warning', async () => {
  const logger = createLogger({ level: 'silent', format: 'json', fd: 2 })
  const warned: unknown[] = []
  logger.warn = (...args: unknown[]) => void warned.push(args[1])
  const announcer = createAnnouncer(
    config({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` }),
    secret,
    logger,
  )
  announcer.announce('revocations')
  await announcer.close()
  expect(warned).toContainEqual(expect.stringContaining('within 30 seconds'))
})

test('no connection is opened if there is nothing to announce or no Redis', async () => {
  const quiet = createAnnouncer(config({ REDIS_URL: 'redis://127.0.0.1:1' }), secret, silentLogger)
  await quiet.close()
  const alone = createAnnouncer(config({}), secret, silentLogger)
  alone.announce('revocations')
  await alone.close()
})
