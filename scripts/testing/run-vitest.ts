import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { runCommand } from '../run-command.ts'
import type { Counts } from './totals.ts'

interface AssertionResult {
  ancestorTitles: string[]
  status: string
  fullName: string
  failureMessages?: string[]
}

interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: AssertionResult[]
  }[]
}

/** Runs the tests of these vitest projects and shows their output. */
export async function runVitest(
  projects: string[],
  env: Record<string, string>,
): Promise<{ counts: Counts; seconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-vitest-'))
  try {
    const file = join(folder, 'report.json')
    const names = projects.flatMap((name) => ['--project', name])
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const args = ['run', ...names, '--passWithNoTests', ...reporters]
    const { code, seconds } = await runCommand('vitest', args, { env })
    const counts = readVitest(file) ?? { passed: 0, failed: 1, skipped: [] }
    // An error outside of any test, such as an unhandled rejection, also fails the run.
    if (code !== 0 && counts.failed === 0) counts.failed = 1
    return { counts, seconds }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Reads the counts from Vitest's JSON report; undefined if there is none, because the run has failed. */
function readVitest(file: string): Counts | undefined {
  let report: VitestReport
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport
  } catch {
    return undefined
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
}

/** Counts the contract tests of coordination by the topology of Redis that they ran over. */
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

/** The first lines of a failure message, without colours. */
function excerpt(reason = ''): string {
  return stripVTControlCharacters(reason)
    .split('\n')
    .slice(0, 12)
    .map((line) => `    ${line.slice(0, 400)}`)
    .join('\n')
}
