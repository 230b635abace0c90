// `npm test`: what has to pass before anything lands, in under 15 minutes on two cores. `npm run test:all` adds the rest.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { runCommand } from './run-command.ts'
import { ensureSystemPackages } from './system-packages.ts'

interface Counts {
  passed: number
  failed: number
  skipped: string[]
  /** What failed, by name, with its reason: said again at the end, where a log that was cut still has it. */
  failures?: string[]
  /** What a group of tests counts, one line each: how many ran over each topology of Redis. */
  groups?: string[]
}

const all = process.argv.includes('--all')
const folder = mkdtempSync(join(tmpdir(), 'shoal-test-'))
const totals = { passed: 0, failed: 0, skipped: [] as string[], failures: [] as string[] }
const lines: string[] = []

function add(
  stage: string,
  { passed, failed, skipped, failures = [], groups = [] }: Counts,
  seconds: number,
): void {
  totals.passed += passed
  totals.failed += failed
  totals.skipped.push(...skipped)
  const named = failed > 0 && failures.length === 0 ? ['its own output above says what'] : failures
  totals.failures.push(...named.map((failure) => `${stage}: ${failure}`))
  lines.push(
    `${failed > 0 ? 'FAIL' : 'ok  '} ${stage}: ${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''} (${seconds.toFixed(0)} s)`,
    ...groups.map((group) => `       ${group}`),
  )
}

interface AssertionResult {
  ancestorTitles: string[]
  status: string
  fullName: string
  failureMessages?: string[]
}

/** The contracts of coordination, counted by what they ran over. */
function countByTopology(results: AssertionResult[]): string[] {
  const counts = new Map<string, { passed: number; failed: number }>()
  for (const { ancestorTitles, status } of results) {
    const group = ancestorTitles.find((title) => title.startsWith('coordination over '))
    if (group === undefined) continue
    const count = counts.get(group) ?? { passed: 0, failed: 0 }
    if (status === 'passed') count.passed++
    if (status === 'failed') count.failed++
    counts.set(group, count)
  }
  return [...counts].map(([group, { passed, failed }]) => `${group}: ${passed} passed, ${failed} failed`)
}

/** The first lines of a reason, without colours. */
function excerpt(reason = ''): string {
  return stripVTControlCharacters(reason)
    .split('\n')
    .slice(0, 12)
    .map((line) => `    ${line.slice(0, 400)}`)
    .join('\n')
}

/** The counts of Vitest's JSON report; a run that left none has failed. */
function readVitest(file: string): Counts | undefined {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as {
      numPassedTests: number
      numFailedTests: number
      numFailedTestSuites: number
      testResults: {
        name: string
        status: string
        message: string
        assertionResults: AssertionResult[]
      }[]
    }
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
    const broken = report.testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((it) => it.status === 'failed'),
    )
    return {
      passed: report.numPassedTests,
      groups: countByTopology(results),
      failed: report.numFailedTests + broken.length,
      skipped: results
        .filter(({ status }) => status === 'skipped' || status === 'pending')
        .map(({ fullName }) => fullName),
      failures: [
        ...results
          .filter(({ status }) => status === 'failed')
          .map(({ fullName, failureMessages }) => `${fullName}\n${excerpt(failureMessages?.join('\n'))}`),
        ...broken.map(({ name, message }) => `${name}\n${excerpt(message)}`),
      ],
    }
  } catch {
    return undefined
  }
}

async function vitest(stage: string, projects: string[], env: Record<string, string> = {}): Promise<void> {
  const file = join(folder, `${stage.replaceAll(/\W+/g, '-')}.json`)
  const args = ['run', ...projects.flatMap((name) => ['--project', name]), '--passWithNoTests']
  const { code, seconds } = await runCommand(
    'vitest',
    [...args, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    {
      env: { SHOAL_TEST_ALL: all ? '1' : '', ...env },
    },
  )
  const counts = readVitest(file) ?? { passed: 0, failed: 1, skipped: [] }
  // A fault outside any test, such as an unhandled rejection, fails the run as well.
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  add(stage, counts, seconds)
}

async function check(): Promise<void> {
  const { code, seconds } = await runCommand('node', ['scripts/check.ts'])
  add('check', { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] }, seconds)
}

async function chaos(): Promise<void> {
  const file = join(folder, 'chaos.json')
  const { code, seconds } = await runCommand('node', [
    'chaos/run.ts',
    ...(all ? [] : ['--short']),
    '--report',
    file,
  ])
  let counts: Counts = { passed: 0, failed: 1, skipped: [] }
  try {
    counts = JSON.parse(readFileSync(file, 'utf8')) as Counts
  } catch {
    // The run left no report: it failed.
  }
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  add('chaos', counts, seconds)
}

if (!ensureSystemPackages()) {
  console.log('0 passed, 1 failed')
  process.exit(1)
}
await check()
await vitest('unit', ['unit'])
await vitest('contract and cluster', ['contract', 'cluster'])
await vitest('browser', ['browser'])
if (all) {
  // The same tests of the page, unchanged, from three instances behind an nginx that balances at random.
  await vitest('browser behind deploy/nginx', ['browser'], { SHOAL_TEST_BEHIND: 'ours' })
  await vitest('browser behind the guide’s nginx', ['browser'], { SHOAL_TEST_BEHIND: 'guide' })
}
await chaos()
rmSync(folder, { recursive: true, force: true })

console.log(`\n${lines.join('\n')}`)
for (const failure of totals.failures) console.log(`failed: ${failure}`)
for (const name of totals.skipped) console.log(`skipped: ${name}`)
if (!all)
  console.log(
    'Longer matrices, every scenario of chaos, the page behind real proxies and their waits run by `npm run test:all`.',
  )
console.log(
  `${totals.passed} passed, ${totals.failed} failed${totals.skipped.length > 0 ? `, ${totals.skipped.length} skipped` : ''}`,
)
process.exitCode = totals.failed > 0 ? 1 : 0
