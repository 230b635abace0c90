import type { BenchFleet } from './bench-fleet.ts'
import { ReadingSocket } from './reading-socket.ts'
import type { WordFeed } from './word-feed.ts'

/** The reader's socket is on the instance that writes: its words do not go through Redis. */
export async function localFeed({
  instances,
  api,
}: BenchFleet): Promise<WordFeed & { socket: ReadingSocket }> {
  const [writer] = instances
  if (!writer) throw new Error('there is no instance')
  const socket = await ReadingSocket.open(`${writer.url}/ws`, api.token)
  let due = 0
  return {
    socket,
    pids: () => [writer.pid],
    async start(answers, shape) {
      due = socket.ends + answers
      await Promise.all(Array.from({ length: answers }, () => socket.startRun(shape)))
    },
    words: async () => socket.words,
    ended: () => socket.untilEnded(due),
  }
}

/** The reader's socket is on the second instance: words go through Redis. All three processes are measured. */
export async function remoteFeed({ instances, redis, api }: BenchFleet): Promise<WordFeed> {
  const [writer, reader] = instances
  if (!writer || !reader || !redis) throw new Error('the feed needs two instances and a Redis')
  const socket = await ReadingSocket.open(`${reader.url}/ws`, api.token)
  let due = 0
  return {
    pids: () => [writer.pid, reader.pid, redis.pid],
    async start(answers, shape) {
      due = socket.ends + answers
      const startOne = async (): Promise<void> => {
        const { runId } = await api.startRun({ model: shape, text: 'Go on.' }, writer.url)
        socket.send({ t: 'follow', runId })
      }
      await Promise.all(Array.from({ length: answers }, startOne))
    },
    words: async () => socket.words,
    ended: () => socket.untilEnded(due),
  }
}
