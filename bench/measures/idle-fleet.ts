import { setTimeout as delay } from 'node:timers/promises'
import type { BenchFleet } from '../support/bench-fleet.ts'
import type { Measure, Row } from '../measure.ts'
import { StatementCounter } from '../support/statements.ts'
import { watchCommands } from '../support/watch-commands.ts'
import type { World } from '../support/world.ts'

const windowMs = 10_000

export const idleFleet: Measure = {
  name: 'rest',
  about: 'what a fleet at rest sends to Redis and PostgreSQL',
  async run(world: World): Promise<Row[]> {
    const fleet = await world.fleet()
    const withoutRedis = await world.startFleet({ instances: 2, redis: false })
    // Waits until the instances are idle: they do some work once after their start and after the last answer.
    await delay(4000)
    // One after the other: both databases are on one server, which can only create one extension at a time.
    const statementsOfFleet = await StatementCounter.open(fleet.databaseUrl)
    const statementsWithoutRedis = await StatementCounter.open(withoutRedis.databaseUrl)
    const [shared, own] = await Promise.all([
      measureIdle(fleet, statementsOfFleet),
      measureIdle(withoutRedis, statementsWithoutRedis),
    ])
    return [
      row('rest/redis', 'Redis commands a second and instance', shared.commands, 4),
      {
        ...row('rest/statements', 'statements a second and instance', shared.statements, 1),
        note: shared.topStatements,
      },
      {
        ...row(
          'rest/statements-without-redis',
          'statements a second and instance, without Redis',
          own.statements,
          3,
        ),
        note: own.topStatements,
      },
    ]
  },
}

/** Measures Redis commands and statements per second and instance. */
async function measureIdle(
  fleet: BenchFleet,
  statements: StatementCounter,
): Promise<{ commands: number; statements: number; topStatements: string }> {
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
    topStatements: grown
      .slice(0, 6)
      .map(({ query, calls }) => `${(calls / each).toFixed(2)} × ${query.slice(0, 70)}`)
      .join(' · '),
  }
}

function row(name: string, what: string, rate: number, max: number): Row {
  return {
    name,
    what,
    measured: rate.toFixed(2),
    bare: `max ${max}`,
    ratio: rate / max,
    budget: 1,
    budgetText: `≤ ${max}/s`,
  }
}
