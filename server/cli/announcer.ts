import { DeadlineError, randomToken, sentenceOf, systemClock } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import type { Config } from '../config.ts'
import { createMessageBus } from '../coordination/bus/message-bus.ts'
import { createRedisBus } from '../coordination/bus/redis-bus.ts'
import { createKeys } from '../coordination/redis/keys.ts'
import { createRedisLink } from '../coordination/redis/redis-clients.ts'
import { untilHealthy } from '../coordination/redis/until-healthy.ts'
import { createSigner } from '../coordination/signer.ts'
import { messages } from '../messages.ts'
import { redisTopology } from './redis-topology.ts'

export interface Announcer {
  announce(feed: 'revocations'): void
  /** Publishes the announced feeds and waits until that is done, but only a few seconds. */
  close(): Promise<void>
}

const withinMs = 3000

/** Notifies running instances over Redis that a feed has changed. Without Redis, they notice at their next poll. */
export function createAnnouncer(config: Config, secretKey: () => Promise<string>, logger: Logger): Announcer {
  const answer = redisTopology(config)
  const topology = answer.ok ? answer.topology : undefined
  const feeds = new Set<string>()
  return {
    announce: (feed) => void feeds.add(feed),
    async close() {
      if (!topology || feeds.size === 0) return
      const { connectTimeoutMs, reconnectDelayMs, tls, keyPrefix } = config.redis
      const link = createRedisLink(topology, {
        clock: systemClock,
        logger,
        connectTimeoutMs,
        reconnectDelayMs,
        tls,
      })
      try {
        if (!(await untilHealthy(link, withinMs))) throw new DeadlineError('Redis', withinMs)
        const self = `cli.${randomToken(6)}`
        const signer = createSigner(await secretKey())
        const keys = createKeys(keyPrefix)
        const bus = createRedisBus({ link, keys, self, signer, clock: systemClock, logger })
        const sender = createMessageBus(bus, messages, logger)
        const accepted = await Promise.all([...feeds].map((name) => sender.send('revision.raised', { name })))
        if (accepted.includes(false)) throw new DeadlineError('Redis', withinMs)
      } catch (error) {
        const redisProblem = link.problem()
        logger.warn(
          { err: error, problem: redisProblem && sentenceOf(redisProblem) },
          'Redis did not accept the announcement: running instances apply the change within 30 seconds',
        )
      } finally {
        await link.close()
      }
    },
  }
}
