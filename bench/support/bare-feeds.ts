import { startBare } from './bare-process.ts'
import type { BareProcess } from './bare-process.ts'
import { ReadingSocket } from './reading-socket.ts'
import { shapes } from './scripts.ts'
import type { WordFeed } from './word-feed.ts'
import { startStandalone } from '../../test/support/redis-server.ts'

/** A provider's words through the bare relay to one socket. */
export async function bareRelay(
  providerV1: string,
): Promise<{ feed: WordFeed; stop: () => Promise<void> }> {
  const relay = await startBare('bare-relay', [providerV1])
  const socket = await ReadingSocket.open(`http://127.0.0.1:${relay.ready.port}`)
  let due = 0
  const feed: WordFeed = {
    pids: () => [relay.pid],
    async start(answers, shape) {
      for (let place = 0; place < answers; place++) socket.send({ c: ++due, model: shape })
    },
    words: async () => socket.words,
    ended: () => socket.untilEnded(due),
  }
  return { feed, stop: () => relay.stop() }
}

/** Words through PUBLISH on a Redis of their own: neither provider nor reader's socket. All three processes count. */
export async function barePublishing(
  answers: number,
): Promise<{ feed: WordFeed; stop: () => Promise<void> }> {
  const redis = await startStandalone()
  const [server] = redis.servers
  if (!server) throw new Error('there is no Redis')
  const subscriber = await startBare('bare-subscriber', [String(server.port), String(answers)])
  const publisher = await startBare('bare-publisher', [String(server.port)])
  let done: Promise<unknown> = Promise.resolve()
  const feed: WordFeed = {
    pids: () => [publisher.pid, subscriber.pid, server.pid],
    async start(count, shape) {
      const { words, wordsPerSecond } = { wordsPerSecond: 0, ...shapes[shape] }
      done = publisher.ask({ answers: count, words, wordsPerSecond })
    },
    words: () => heard(subscriber),
    async ended() {
      await done
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

async function heard(subscriber: BareProcess): Promise<number> {
  return (await subscriber.ask<{ words: number }>({})).words
}
