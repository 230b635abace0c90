// `npm run chaos [-- name…]`: breaks things for real and prints promise → scenario → bound → measured.
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Finding, Scenario } from './scenario.ts'
import { crashingAnswer } from './scenarios/crashing-answer.ts'
import { away, flush } from './scenarios/redis-loss.ts'
import { restartAlways } from './scenarios/restart-always.ts'
import { stops } from './scenarios/stop.ts'
import { takeovers } from './scenarios/takeover.ts'
import { zombie } from './scenarios/zombie.ts'
import { Bench } from './support/bench.ts'

const all: Scenario[] = [...takeovers, zombie, flush, away, restartAlways, crashingAnswer, ...stops]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    report: { type: 'string' },
    /** A folder for the logs of every instance. */
    logs: { type: 'string' },
  },
})
const unknown = positionals.filter((name) => !all.some((scenario) => scenario.name === name))
if (unknown.length > 0) {
  console.error(
    `No such scenario: ${unknown.join(', ')}. There are ${all.map(({ name }) => name).join(', ')}.`,
  )
  process.exit(64)
}
const chosen = all.filter(({ name, short }) =>
  positionals.length > 0 ? positionals.includes(name) : short || !values.short,
)
if (values.logs) mkdirSync(values.logs, { recursive: true })

async function judge(scenario: Scenario, bench: Bench): Promise<Finding> {
  try {
    return await scenario.run(bench)
  } catch (error) {
    return {
      measured: 'it broke off',
      broken: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    }
  }
}

let failed = 0
const bench = await Bench.open(values.logs)
try {
  for (const scenario of chosen) {
    const started = performance.now()
    const { measured, broken } = await judge(scenario, bench)
    if (broken.length > 0) failed++
    const took = ((performance.now() - started) / 1000).toFixed(0)
    console.log(
      `${broken.length === 0 ? 'kept  ' : 'BROKEN'} ${scenario.promise} ${scenario.name} (${took} s)`,
    )
    console.log(`       bound:    ${scenario.bound}\n       measured: ${measured}`)
    for (const sentence of broken.slice(0, 12)) console.log(`       broken:   ${sentence}`)
    if (broken.length > 12) console.log(`       … and ${broken.length - 12} more`)
  }
} finally {
  await bench.close()
}
const counts = { passed: chosen.length - failed, failed, skipped: [] }
if (values.report) writeFileSync(values.report, JSON.stringify(counts))
console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
