import type { ScenarioResult, Scenario } from './scenario.ts'
import type { Bench } from './support/bench.ts'

export interface Counts {
  passed: number
  failed: number
  /** The names of skipped scenarios, with the reason. */
  skipped: string[]
  /** The names of failed scenarios, with how the promise was broken. */
  failures: string[]
}

/** The number of scenarios that run at the same time, because most scenarios mainly wait. */
const lanes = 2

/** Runs the chosen scenarios, prints the measurement of each, and counts the outcomes. */
export async function runScenarios(bench: Bench, chosen: Scenario[]): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: [], failures: [] }
  const able = chosen.filter(({ name, unmetRequirement }) => {
    const why = unmetRequirement?.()
    if (why === undefined) return true
    counts.skipped.push(`${name}: ${why}`)
    console.log(`skipped ${name}: ${why}`)
    return false
  })
  const runOne = async (scenario: Scenario): Promise<void> => {
    const started = performance.now()
    const finding = await runSafely(scenario, bench)
    if (finding.broken.length === 0) counts.passed++
    else {
      counts.failed++
      counts.failures.push(`${scenario.name}\n    ${finding.broken.slice(0, 5).join('\n    ')}`)
    }
    print(scenario, finding, performance.now() - started)
  }
  for (const scenario of able.filter(({ alone }) => alone)) await runOne(scenario)
  const waiting = able.filter(({ alone }) => !alone)
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await runOne(next)
    }),
  )
  return counts
}

async function runSafely(scenario: Scenario, bench: Bench): Promise<ScenarioResult> {
  try {
    return await scenario.run(bench)
  } catch (error) {
    return {
      measured: 'nothing, because an error ended the scenario',
      broken: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    }
  }
}

function print({ name, promise, bound }: Scenario, { measured, broken }: ScenarioResult, ms: number): void {
  const lines = [
    `${broken.length === 0 ? 'kept  ' : 'BROKEN'} ${promise} ${name} (${(ms / 1000).toFixed(0)} s)`,
    `       bound:    ${bound}`,
    `       measured: ${measured}`,
    ...broken.slice(0, 12).map((sentence) => `       broken:   ${sentence}`),
    ...(broken.length > 12 ? [`       … and ${broken.length - 12} more`] : []),
  ]
  console.log(lines.join('\n'))
}
