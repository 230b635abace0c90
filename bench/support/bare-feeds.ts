import { setTimeout as delay } from 'node:timers/promises'
import { startStandalone } from '../../test/support/redis-server.ts'
import { startBare } from './bare-process.ts'
import { ReadingSocket } from './reading-socket.ts'
import { shapes } from './shapes.ts'
import type { WordFeed } from './word-feed.ts'

export interface BareFeed {
  feed: WordFeed
  stop: () => Promise<void>
}

/** Between the starts of two answers, ms: 20 of them then come at 20 different places between two words. */
const apartMs = 7

/** A provider's words through the bare relay to one socket. */
export async function bareRelay(providerV1: string): Promise<BareFeed> {
  const relay = await startBare('bare-relay', [providerV1])
  const socket = await ReadingSocket.openBare(`http://127.0.0.1:${relay.ready.port}`)
  let due = 0
  const feed: WordFeed = {
    pids: () => [relay.pid],
    async start(answers, shape) {
      for (let place = 0; place < answers; place++) {
        socket.send({ c: ++due, model: shape })
        // Answers do not begin in step: read together, their words would cost less than they do.
        await delay(apartMs)
      }
    },
    words: async () => socket.words,
    ended: () => socket.untilEnded(due),
  }
  return { feed, stop: () => relay.stop() }
}

/** Channels of the bare publisher: at most so many answers at once. */
const channels = 20

/** Words through PUBLISH on a Redis of their own: neither provider nor reader's socket. All three processes count. */
export async function barePublishing(): Promise<BareFeed> {
  const redis = await startStandalone()
  const [server] = redis.servers
  if (!server) throw new Error('there is no Redis')
  const subscriber = await startBare('bare-subscriber', [String(server.port), String(channels)])
  const publisher = await startBare('bare-publisher', [String(server.port)])
  const heard = async (): Promise<number> => (await subscriber.ask<{ words: number }>({})).words
  let published: Promise<unknown> = Promise.resolve()
  let due = 0
  const feed: WordFeed = {
    pids: () => [publisher.pid, subscriber.pid, server.pid],
    async start(answers, shape) {
      const { words, wordsPerSecond } = { wordsPerSecond: 0, ...shapes[shape] }
      due = (await heard()) + answers * words
      published = publisher.ask({ answers, words, wordsPerSecond, apartMs })
    },
    words: heard,
    async ended() {
      await published
      // Redis has answered for the last one; it may not have been heard yet.
      for (let tries = 0; (await heard()) < due; tries++) {
        if (tries > 100) throw new Error('the bare subscriber did not hear every word')
        await delay(50)
      }
    },
  }
  return {
    feed,
    async stop() {
      await Promise.all([publisher.stop(), subscriber.stop()])
      await redis.stop()
    },
  }
}
