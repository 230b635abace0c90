import { setTimeout as delay } from 'node:timers/promises'
import type { RunStarted } from '../../protocol/index.ts'
import type { Measure, Row } from '../measure.ts'
import type { BenchFleet } from '../support/bench-fleet.ts'
import { ReadingSocket } from '../support/reading-socket.ts'
import { redisConnections } from '../support/redis-connections.ts'
import { watchCommands } from '../support/watch-commands.ts'
import type { SeenCommand } from '../support/watch-commands.ts'
import type { World } from '../support/world.ts'
import { kilobytes } from '../support/write-figure.ts'

/** Records all Redis commands for an answer with a reader on another instance and for an answer without one. */
export const redisTraffic: Measure = {
  name: 'redis',
  about: 'what Redis receives for an answer, how often, and what an instance without a reader receives of it',
  async run(world: World): Promise<Row[]> {
    const fleet = await world.fleet()
    const { redis, api } = fleet
    const [writer, reader, idle] = fleet.instances
    if (!redis || !writer || !reader || !idle)
      throw new Error('the measure needs three instances and a Redis')
    const { socket: here } = await world.local()
    const there = await ReadingSocket.open(`${reader.url}/ws`, api.token)
    // Redis gets the full text of a script only the first time, which is not part of an answer's cost.
    const ended = here.ends
    await here.startRun('short')
    await here.untilEnded(ended + 1)

    const watch = await watchCommands(redis)
    const alone = await here.startRun('paced')
    const followed = await api.startRun({ model: 'paced', text: 'Go on.' }, writer.url)
    there.send({ t: 'follow', runId: followed.runId })
    const runs = [alone.runId, followed.runId]
    const polling = pollConnections(fleet, idle.pid)
    await here.untilEnded(ended + 2)
    await there.untilEnded(1)
    const { addresses, channels } = await polling.end()
    // Waits for the last command: the log's expiry is shortened once the store has the end.
    await delay(300)
    watch.stop()
    there.close()

    const runCommands = watch.seen.filter(({ from, args }) => addresses.has(from) && namesRun(args, runs))
    const unread = channels + runCommands.length
    return [
      ...(await rowsOf(fleet, { run: followed, seen: watch.seen, followers: 1 })),
      ...(await rowsOf(fleet, { run: alone, seen: watch.seen, followers: 0 })),
      {
        name: 'redis/unread',
        what: 'an instance without a reader: its subscriptions to runs and its reads of them',
        measured: `${unread}`,
        bare: '',
        ratio: unread,
        budget: 0,
        budgetText: '0',
      },
    ]
  },
}

const namesRun = (args: string[], runs: string[]): boolean =>
  args.some((arg) => runs.some((run) => arg.includes(run)))

interface PollResult {
  addresses: Set<string>
  /** The maximum number of run channels that the instance subscribed to at one time. */
  channels: number
}

/** Polls an instance's Redis connections and run channels twice a second. */
function pollConnections(fleet: BenchFleet, pid: number): { end: () => Promise<PollResult> } {
  const polled: PollResult = { addresses: new Set(), channels: 0 }
  const over = new AbortController()
  const pollLoop = (async () => {
    while (!over.signal.aborted && fleet.redis) {
      const connections = await redisConnections(fleet.redis, pid)
      for (const { address } of connections) polled.addresses.add(address)
      const channels = connections.reduce((sum, { runChannels }) => sum + runChannels, 0)
      polled.channels = Math.max(polled.channels, channels)
      await delay(500)
    }
  })()
  return {
    async end() {
      over.abort()
      await pollLoop
      if (polled.addresses.size < 2) throw new Error('the connections of the idle instance were not found')
      return polled
    },
  }
}

interface Traffic {
  run: RunStarted
  seen: SeenCommand[]
  /** The number of other instances that follow the run. */
  followers: number
}

async function rowsOf({ api }: BenchFleet, { run, seen, followers }: Traffic): Promise<Row[]> {
  const stored = (await api.chat(run.chatId)).messages.find(({ id }) => id === run.messageId)
  if (stored?.status !== 'done') throw new Error(`the answer is stored as ${stored?.status}`)
  const text = Buffer.byteLength(stored.text)
  const mine = seen.filter(({ args }) => namesRun(args, [run.runId]))
  const bytes = mine.reduce((sum, command) => sum + command.bytes, 0)
  const [, ...appends] = mine.filter(({ args }) => /^eval/i.test(args[0] ?? ''))
  const maxBytes = 2 * text * (1 + followers) + 200 * appends.length
  const minMs = followers > 0 ? 100 : 400
  const name = followers > 0 ? 'followed' : 'alone'
  const which = followers > 0 ? `${followers} following instance` : 'no follower elsewhere'
  const gaps = pausesOf(appends)
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  return [
    {
      name: `redis/bytes-${name}`,
      what: `Redis bytes in of one answer (${kilobytes(text)} of text, ${appends.length} appends), ${which}`,
      measured: kilobytes(bytes),
      bare: `max ${kilobytes(maxBytes)}`,
      ratio: bytes / maxBytes,
      budget: 1,
      budgetText: '2 text (1 + followers) + 200 B/append',
    },
    {
      name: `redis/pace-${name}`,
      what: `time between appends, ${which}`,
      measured: `${mean.toFixed(0)} ms`,
      bare: `min ${minMs} ms`,
      ratio: minMs / mean,
      budget: 1,
      budgetText: `≥ ${minMs} ms`,
      note: `${appends.length} appends; the shortest pause was ${Math.min(...gaps).toFixed(0)} ms as Redis saw it.`,
    },
  ]
}

/** The times between appends, ms, without the last one: the rest of a finished answer is appended without a pause. */
function pausesOf(appends: SeenCommand[]): number[] {
  return appends.slice(1, -1).map(({ at }, place) => (at - (appends[place]?.at ?? at)) * 1000)
}
