import { setTimeout as delay } from 'node:timers/promises'
import type { BenchFleet } from '../support/bench-fleet.ts'
import type { Measure, Row } from '../measure.ts'
import { StatementCounter } from '../support/statements.ts'
import { watchCommands } from '../support/watch-commands.ts'
import type { World } from '../support/world.ts'

const windowMs = 10_000

export const rest: Measure = {
  name: 'rest',
  about: 'what a fleet at rest sends to Redis and PostgreSQL',
  async run(world: World): Promise<Row[]> {
    const fleet = await world.fleet()
    const bereft = await world.startFleet({ instances: 2, redis: false })
    // What an instance does once, when it starts and when the last answer has ended, is no rest.
    await delay(4000)
    // One after the other: both of their databases are on one server, which takes one extension at a time.
    const ofFleet = await StatementCounter.open(fleet.databaseUrl)
    const ofBereft = await StatementCounter.open(bereft.databaseUrl)
    const [shared, own] = await Promise.all([restOf(fleet, ofFleet), restOf(bereft, ofBereft)])
    return [
      row('rest/redis', 'Redis commands a second and instance', shared.commands, 4),
      {
        ...row('rest/statements', 'statements a second and instance', shared.statements, 1),
        note: shared.most,
      },
      {
        ...row(
          'rest/statements-without-redis',
          'statements a second and instance, without Redis',
          own.statements,
          3,
        ),
        note: own.most,
      },
    ]
  },
}

/** Per second and instance. */
async function restOf(
  fleet: BenchFleet,
  statements: StatementCounter,
): Promise<{ commands: number; statements: number; most: string }> {
  const watch = fleet.redis ? await watchCommands(fleet.redis) : undefined
  const before = await statements.counts()
  await delay(windowMs)
  const after = await statements.counts()
  watch?.stop()
  await statements.close()
  const each = fleet.instances.length * (windowMs / 1000)
  const grown = [...after]
    .map(([query, calls]) => ({ query, calls: calls - (before.get(query) ?? 0) }))
    .filter(({ calls }) => calls > 0)
    .sort((a, b) => b.calls - a.calls)
  return {
    commands: (watch?.seen.length ?? 0) / each,
    statements: grown.reduce((sum, { calls }) => sum + calls, 0) / each,
    most: grown
      .slice(0, 6)
      .map(({ query, calls }) => `${(calls / each).toFixed(2)} × ${query.slice(0, 70)}`)
      .join(' · '),
  }
}

function row(name: string, what: string, rate: number, most: number): Row {
  return {
    name,
    what,
    measured: rate.toFixed(2),
    bare: `most ${most}`,
    ratio: rate / most,
    budget: 1,
    budgetText: `≤ ${most}/s`,
  }
}
