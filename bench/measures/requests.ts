import type { Measure, Row } from '../measure.ts'
import { alternate } from '../support/alternate.ts'
import { startBare } from '../support/bare-process.ts'
import { cpuMicros } from '../support/process-cost.ts'
import { requestLoad } from '../support/request-load.ts'
import { StatementCounter } from '../support/statements.ts'
import { watchCommands } from '../support/watch-commands.ts'
import type { World } from '../support/world.ts'
import { micros } from '../support/write-figure.ts'

const count = 4000
/** An operation whose use case does not read the store, so that only the overhead of a request is measured. */
const path = '/api/models'

export const requests: Measure = {
  name: 'request',
  about: 'an authenticated request: CPU against bare Fastify, Redis commands, statements',
  async run(world: World): Promise<Row[]> {
    const fleet = await world.fleet()
    const [instance] = fleet.instances
    if (!instance || !fleet.redis) throw new Error('the measure needs an instance and a Redis')
    const { api } = fleet
    const body = await api.call<object>('GET', path)
    const bare = await startBare('bare-fastify', [path, JSON.stringify(body)])
    const cost = (url: string, pid: number) => async (): Promise<number> => {
      const before = cpuMicros(pid)
      await requestLoad(`${url}${path}`, api.token, count)
      return (cpuMicros(pid) - before) / count
    }
    const cpu = await alternate(
      {
        shoal: cost(instance.url, instance.pid),
        bare: cost(`http://127.0.0.1:${bare.ready.port}`, bare.pid),
      },
      16,
    )
    await bare.stop()

    const statements = await StatementCounter.open(fleet.databaseUrl)
    const watch = await watchCommands(fleet.redis)
    const before = total(await statements.counts())
    await requestLoad(`${instance.url}${path}`, api.token, count)
    const executed = total(await statements.counts()) - before
    watch.stop()
    await statements.close()
    const commands = watch.seen.filter(({ args }) => !args.some((arg) => arg.includes('{members}'))).length
    return [
      {
        name: 'request',
        what: `an authenticated request (GET ${path}, with its line in the log)`,
        measured: micros(cpu.shoal),
        bare: `Fastify ${micros(cpu.bare)}`,
        ratio: cpu.shoal / cpu.bare,
        budget: 1.2,
      },
      none('request/redis', `Redis commands for ${count} of them`, commands),
      none('request/statements', `statements for ${count} of them`, executed),
    ]
  },
}

function total(counts: Map<string, number>): number {
  return [...counts.values()].reduce((sum, calls) => sum + calls, 0)
}

/**
 * Allows a few commands, because the instances also poll during the measurement. One command per request would be
 * thousands.
 */
function none(name: string, what: string, seen: number): Row {
  return {
    name,
    what,
    measured: `${seen}`,
    bare: '',
    ratio: seen / count,
    budget: 0.01,
    budgetText: '0 a request',
    ...(seen > 0
      ? { note: 'What three instances do by themselves in this time; heartbeats in Redis are not counted.' }
      : {}),
  }
}
