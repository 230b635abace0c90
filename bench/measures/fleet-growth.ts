import { setTimeout as delay } from 'node:timers/promises'
import type { Measure, Row } from '../measure.ts'
import type { BenchFleet } from '../support/bench-fleet.ts'
import { ReadingSocket } from '../support/reading-socket.ts'
import { redisConnections } from '../support/redis-connections.ts'
import { watchCommands } from '../support/watch-commands.ts'
import type { World } from '../support/world.ts'
import { kilobytes } from '../support/write-figure.ts'

const sizes = [2, 4, 8]

/** Measures the same answer in fleets of several sizes; the first instance writes it and the second one reads it. */
export const fleetGrowth: Measure = {
  name: 'growth',
  about:
    'what one answer costs Redis in a fleet of 2, 4 and 8 instances, and what instances without a reader receive',
  async run(world: World): Promise<Row[]> {
    const found: OneAnswer[] = []
    for (const instances of sizes) {
      const fleet = await world.startFleet({ instances, redis: true })
      found.push(await oneAnswer(fleet))
      await fleet.stop()
    }
    const [smallest, largest] = [found[0], found.at(-1)]
    if (!smallest || !largest) throw new Error('nothing was measured')
    const unreadTotal = found.reduce((sum, { unread }) => sum + unread, 0)
    const idleInstances = sizes.reduce((sum, size) => sum + size - 2, 0)
    return [
      {
        name: 'growth/commands',
        what: `Redis commands that name the answer, in a fleet of ${sizes.at(-1)}`,
        measured: `${largest.commands}`,
        bare: `with ${sizes[0]}: ${smallest.commands}`,
        ratio: largest.commands / smallest.commands,
        budget: 1.15,
        note: `${found.map(({ commands, bytes }, index) => `${sizes[index]} instances: ${commands} commands, ${kilobytes(bytes)}`).join('; ')}.`,
      },
      {
        name: 'growth/bytes',
        what: `Redis bytes in of the answer, in a fleet of ${sizes.at(-1)}`,
        measured: kilobytes(largest.bytes),
        bare: `with ${sizes[0]}: ${kilobytes(smallest.bytes)}`,
        ratio: largest.bytes / smallest.bytes,
        budget: 1.15,
      },
      {
        name: 'growth/unread',
        what: `subscriptions and reads of the answer by the ${idleInstances} instances without a reader`,
        measured: `${unreadTotal}`,
        bare: '',
        ratio: unreadTotal,
        budget: 0,
        budgetText: '0',
      },
    ]
  },
}

interface OneAnswer {
  commands: number
  bytes: number
  /** Run channels and commands of instances that have no reader of the answer. */
  unread: number
}

async function oneAnswer({ instances, redis, api }: BenchFleet): Promise<OneAnswer> {
  const [writer, reader, ...idle] = instances
  if (!redis || !writer || !reader) throw new Error('the measure needs two instances and a Redis')
  const here = await ReadingSocket.open(`${writer.url}/ws`, api.token)
  const there = await ReadingSocket.open(`${reader.url}/ws`, api.token)
  // Redis gets the full text of a script only the first time, which is not part of an answer's cost.
  const first = await here.startRun('short')
  there.send({ t: 'follow', runId: first.runId })
  await here.untilEnded(1)
  await there.untilEnded(1)
  await delay(1000)

  const watch = await watchCommands(redis)
  const { runId } = await here.startRun('paced')
  there.send({ t: 'follow', runId })
  await there.until(() => there.words > 150, 'words on another instance')
  const connections = (await Promise.all(idle.map(({ pid }) => redisConnections(redis, pid)))).flat()
  if (connections.length < idle.length * 2)
    throw new Error('the connections of idle instances were not found')
  await here.untilEnded(2)
  await there.untilEnded(2)
  await delay(300)
  watch.stop()
  here.close()
  there.close()

  const named = watch.seen.filter(({ args }) => args.some((arg) => arg.includes(runId)))
  const addresses = new Set(connections.map(({ address }) => address))
  const runCommands = named.filter(({ from }) => addresses.has(from)).length
  return {
    commands: named.length,
    bytes: named.reduce((sum, { bytes }) => sum + bytes, 0),
    unread: runCommands + connections.reduce((sum, { runChannels }) => sum + runChannels, 0),
  }
}
