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

/** Time between the starts of two answers, ms, so that the words of 20 answers come at 20 different moments. */
const apartMs = 7

/** Sends a provider's words through the bare relay to one socket. */
export async function bareRelay(providerV1: string): Promise<BareFeed> {
  const relay = await startBare('bare-relay', [providerV1])
  const socket = await ReadingSocket.openBare(`http://127.0.0.1:${relay.ready.port}`)
  let due = 0
  const feed: WordFeed = {
    pids: () => [relay.pid],
    async start(answers, shape) {
      for (let index = 0; index < answers; index++) {
        socket.send({ c: ++due, model: shape })
        // Answers must not start at the same time: words that arrive together would cost less.
        await delay(apartMs)
      }
    },
    words: async () => socket.words,
    ended: () => socket.untilEnded(due),
  }
  return { feed, stop: () => relay.stop() }
}

/** Channels of the bare publisher, and so its maximum number of simultaneous answers. */
const channels = 20

/**
 * Sends words with PUBLISH through a Redis of its own, without provider or socket. All three processes are measured.
 */
export async function barePublishing(): Promise<BareFeed> {
  const redis = await startStandalone()
  const [server] = redis.servers
  if (!server) throw new Error('there is no Redis')
  const subscriber = await startBare('bare-subscriber', [String(server.port), String(channels)])
  const publisher = await startBare('bare-publisher', [String(server.port)])
  const receivedWords = async (): Promise<number> => (await subscriber.request<{ words: number }>({})).words
  let published: Promise<unknown> = Promise.resolve()
  let due = 0
  const feed: WordFeed = {
    pids: () => [publisher.pid, subscriber.pid, server.pid],
    async start(answers, shape) {
      const { words, wordsPerSecond } = { wordsPerSecond: 0, ...shapes[shape] }
      due = (await receivedWords()) + answers * words
      published = publisher.request({ answers, words, wordsPerSecond, apartMs })
    },
    words: receivedWords,
    async ended() {
      await published
      // Redis has accepted the last word, but the subscriber may not have received it yet.
      for (let tries = 0; (await receivedWords()) < due; tries++) {
        if (tries > 100) throw new Error('the bare subscriber did not receive every word')
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
