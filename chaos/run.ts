// `npm run chaos [-- name…]`: runs scenarios that break real servers, and prints promise, scenario, bound and
// measurement. `npm run chaos -- --long N [--seed S]`: kills instances N times at random moments (chaos/long.ts).
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ensureSystemPackages } from '../scripts/system-packages.ts'
import { runLong } from './long.ts'
import { runScenarios, type Counts } from './run-scenarios.ts'
import { scenarios } from './scenarios/all.ts'
import { Bench } from './support/bench.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean', default: false },
    report: { type: 'string' },
    /** A folder for the logs of all instances. */
    logs: { type: 'string' },
    /** The number of kills. */
    long: { type: 'string' },
    seed: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
})
const unknown = positionals.filter((name) => !scenarios.some((scenario) => scenario.name === name))
if (unknown.length > 0) {
  console.error(
    `No such scenario: ${unknown.join(', ')}. The scenarios are ${scenarios.map(({ name }) => name).join(', ')}.`,
  )
  process.exit(64)
}
if (values.list) {
  for (const { name, promise, bound, short } of scenarios)
    console.log(`${promise.padEnd(4)} ${short ? 'short' : 'full '} ${name}: ${bound}`)
  process.exit(0)
}
if (!ensureSystemPackages('servers', 'nginx', 'certificates')) process.exit(69)
if (values.logs) mkdirSync(values.logs, { recursive: true })

const bench = await Bench.open(values.logs)
let counts: Counts
try {
  if (values.long === undefined) {
    counts = await runScenarios(
      bench,
      scenarios.filter(({ name, short }) =>
        positionals.length > 0 ? positionals.includes(name) : short || !values.short,
      ),
    )
  } else {
    const kept = await runLong(bench, { kills: Number(values.long), seed: values.seed })
    counts = { passed: kept ? 1 : 0, failed: kept ? 0 : 1, skipped: [], failures: kept ? [] : ['--long'] }
  }
} finally {
  await bench.close()
}
if (values.report) writeFileSync(values.report, JSON.stringify(counts))
const skipped = counts.skipped.length > 0 ? `, ${counts.skipped.length} skipped` : ''
console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`)
process.exitCode = counts.failed > 0 ? 1 : 0
