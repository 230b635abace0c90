// `npm run bench [-- name…]`: measures what Shoal costs. Each figure is compared with a bare program that was measured
// in the same run. An exceeded budget is only reported; the bench fails only if something could not be measured.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ensureSystemPackages } from '../scripts/system-packages.ts'
import type { Measure, Row } from './measure.ts'
import { within } from './measure.ts'
import { answerLength } from './measures/answer-length.ts'
import { capacity } from './measures/capacity.ts'
import { fleetGrowth } from './measures/fleet-growth.ts'
import { idleSockets } from './measures/idle-sockets.ts'
import { localWords } from './measures/local-words.ts'
import { reconnectStorm } from './measures/reconnect-storm.ts'
import { redisTraffic } from './measures/redis-traffic.ts'
import { remoteWords } from './measures/remote-words.ts'
import { requests } from './measures/requests.ts'
import { idleFleet } from './measures/idle-fleet.ts'
import { search } from './measures/search.ts'
import { start } from './measures/start.ts'
import { machine, printTable } from './support/print-table.ts'
import { World } from './support/world.ts'
import { web } from './web/web.ts'

const all: Measure[] = [
  localWords,
  remoteWords,
  answerLength,
  redisTraffic,
  requests,
  idleSockets,
  idleFleet,
  fleetGrowth,
  reconnectStorm,
  start,
  capacity,
  search,
  web,
]

/** Names for groups of measures: `fleet` is everything that uses several instances. */
const groups: Record<string, Measure[]> = {
  fleet: [localWords, remoteWords, redisTraffic, idleFleet, fleetGrowth, reconnectStorm],
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** A file to which the rows are written as JSON. */
    json: { type: 'string' },
    /** A folder for a CPU profile of every instance, as `node --cpu-prof` writes it. */
    profile: { type: 'string' },
  },
})
const requested = positionals.flatMap((name) => groups[name]?.map((measure) => measure.name) ?? [name])
const unknown = requested.filter((name) => !all.some((measure) => measure.name === name))
if (unknown.length > 0) {
  console.error(`Unknown measures: ${unknown.join(', ')}. Choose from:`)
  for (const { name, about } of all) console.error(`  ${name.padEnd(10)} ${about}`)
  for (const [name, some] of Object.entries(groups))
    console.error(`  ${name.padEnd(10)} ${some.map((one) => one.name).join(', ')}`)
  process.exit(64)
}
const chosen = requested.length > 0 ? all.filter(({ name }) => requested.includes(name)) : all
if (
  !ensureSystemPackages(
    'servers',
    'certificates',
    ...(chosen.includes(web) ? (['measured browser'] as const) : []),
  )
)
  process.exit(69)

const started = performance.now()
const before = machine()
const world = new World(values.profile)
const rows: Row[] = []
try {
  for (const measure of chosen) {
    process.stderr.write(`${measure.name}: ${measure.about} …\n`)
    try {
      rows.push(...(await measure.run(world)))
    } catch (error) {
      console.error(`${measure.name} could not be measured:`, error)
      process.exitCode = 1
    }
  }
} finally {
  await world.close()
}
const durationSeconds = ((performance.now() - started) / 1000).toFixed(0)
console.log(
  `\n${new Date().toISOString().slice(0, 10)}, ${before}; at the end: ${machine()}; ${durationSeconds} s\n`,
)
printTable(rows)
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine: before, rows }, null, 2)}\n`)
const exceeded = rows.filter((row) => !within(row)).length
console.log(`\n${rows.length - exceeded} within budget, ${exceeded} over`)
