// `npm test`: everything that must pass before a change lands, in under 15 minutes on two cores. `npm run test:all`
// runs all tests.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from './run-command.ts'
import { ensureSystemPackages, offerSystemPackages } from './system-packages.ts'
import { runVitest } from './testing/run-vitest.ts'
import type { Counts } from './testing/totals.ts'
import { readReport, reportVariable, Totals } from './testing/totals.ts'

const all = process.argv.includes('--all')
const totals = new Totals()

async function vitest(stage: string, projects: string[], env: Record<string, string> = {}): Promise<void> {
  const { counts, seconds } = await runVitest(projects, { SHOAL_TEST_ALL: all ? '1' : '', ...env })
  totals.add(stage, counts, seconds)
}

async function check(): Promise<void> {
  const { code, seconds } = await runCommand('node', ['scripts/check.ts'])
  totals.add('check', { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] }, seconds)
}

async function chaos(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-chaos-'))
  const file = join(folder, 'chaos.json')
  const short = all ? [] : ['--short']
  const { code, seconds } = await runCommand('node', ['chaos/run.ts', ...short, '--report', file])
  let counts: Counts = { passed: 0, failed: 1, skipped: [] }
  try {
    counts = JSON.parse(readFileSync(file, 'utf8')) as Counts
  } catch {
    // A run without a report has failed.
  }
  rmSync(folder, { recursive: true, force: true })
  if (code !== 0 && counts.failed === 0) counts.failed = 1
  totals.add('chaos', counts, seconds)
}

/** Runs another test command and reads the counts from its report. A command without a report has failed. */
async function runReporting(
  script: string,
  args: string[] = [],
): Promise<{ counts: Counts; seconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-report-'))
  try {
    const file = join(folder, 'report')
    const { code, seconds } = await runCommand('node', [script, ...args], { env: { [reportVariable]: file } })
    const counts = readReport(file) ?? { passed: 0, failed: 1, skipped: [] }
    if (code !== 0 && counts.failed === 0) counts.failed = 1
    return { counts, seconds }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runOtherTestCommands(): Promise<void> {
  for (const [stage, script] of [
    ['published files', 'scripts/test-services.ts'],
    ['bare machines', 'scripts/test-bare.ts'],
  ] as const) {
    const { counts, seconds } = await runReporting(script)
    totals.add(stage, counts, seconds)
  }
}

async function runStages(): Promise<void> {
  await check()
  await vitest('unit', ['unit'])
  await vitest('contract and cluster', ['contract', 'cluster'])
  // The sources of the page may have changed since `npm ci` built it.
  await runCommand('node', ['scripts/prepare.ts'])
  await vitest('browser', ['browser'])
  if (all) {
    // The same browser tests, against three instances behind an nginx that chooses one at random.
    await vitest('browser behind deploy/nginx', ['browser'], { SHOAL_TEST_BEHIND: 'ours' })
    await vitest('browser behind the guide’s nginx', ['browser'], { SHOAL_TEST_BEHIND: 'guide' })
  }
  await chaos()
  if (all) await runOtherTestCommands()
}

if (
  ensureSystemPackages('servers', 'certificates', 'nginx', 'browser', ...(all ? ['firefox' as const] : []))
) {
  if (all) offerSystemPackages('proxies')
  await runStages()
} else {
  totals.add(
    'packages',
    { passed: 0, failed: 1, skipped: [], failures: ['packages are missing; see above'] },
    0,
  )
}
totals.close(
  all
    ? undefined
    : 'Not run: longer matrices, the remaining chaos scenarios, the page behind real proxies and in Firefox, `npm run test:services` and `npm run test:bare`. `npm run test:all` runs everything.',
)
