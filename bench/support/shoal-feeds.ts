import type { Fleet } from '../../chaos/support/fleet.ts'
import { ReadingSocket } from './reading-socket.ts'
import type { WordFeed } from './word-feed.ts'

/** The asker's socket is on the instance that writes: words do not cross Redis. */
export async function localFeed(fleet: Fleet): Promise<WordFeed & { socket: ReadingSocket }> {
  const [writer] = fleet.instances
  if (!writer) throw new Error('there is no instance')
  const socket = await ReadingSocket.open(`${writer.url}/ws`, fleet.api.token)
  let due = 0
  return {
    socket,
    pids: () => [writer.pid],
    async start(answers, shape) {
      due += answers
      await Promise.all(Array.from({ length: answers }, () => socket.startRun(shape)))
    },
    words: async () => socket.words,
    ended: () => socket.untilEnded(due),
  }
}

/** The reader's socket is on the second instance: words go through Redis. All three processes count. */
export async function remoteFeed(fleet: Fleet): Promise<WordFeed> {
  const [writer, reader] = fleet.instances
  const redis = fleet.redis?.servers[0]
  if (!writer || !reader || !redis) throw new Error('there are not two instances and a Redis')
  const socket = await ReadingSocket.open(`${reader.url}/ws`, fleet.api.token)
  let due = 0
  return {
    pids: () => [writer.pid, reader.pid, redis.pid],
    async start(answers, shape) {
      due += answers
      await Promise.all(
        Array.from({ length: answers }, async () => {
          const { runId } = await fleet.api.startRun({ model: shape, text: 'Go on.' }, writer.url)
          socket.send({ t: 'follow', runId })
        }),
      )
    },
    words: async () => socket.words,
    ended: () => socket.untilEnded(due),
  }
}
