import { existsSync, readFileSync, writeFileSync } from 'node:fs'

export interface Counts {
  passed: number
  failed: number
  skipped: string[]
  /** Names of failed tests with their reasons, which are repeated at the end, where a truncated log still has them. */
  failures?: string[]
  /** Counts of groups of tests, one line each, such as the tests over one topology of Redis. */
  groups?: string[]
}

/** Names the file for the counts of a command, if a parent adds them up: `.ci/run` or `npm run test:all`. */
export const reportVariable = 'SHOAL_TEST_REPORT'

/** The counts of one command, by stage. */
export class Totals {
  private readonly lines: string[] = []
  private readonly failures: string[] = []
  private readonly skipped: string[] = []
  private passed = 0
  private failed = 0

  add(stage: string, counts: Counts, seconds: number): void {
    const { passed, failed, skipped, failures = [], groups = [] } = counts
    this.passed += passed
    this.failed += failed
    this.skipped.push(...skipped)
    const named = failed > 0 && failures.length === 0 ? ['see its output above'] : failures
    this.failures.push(...named.map((failure) => `${stage}: ${failure}`))
    this.lines.push(
      `${failed > 0 ? 'FAIL' : 'ok  '} ${stage}: ${closingLine({ passed, failed, skipped: skipped.length })} (${seconds.toFixed(0)} s)`,
      ...groups.map((group) => `       ${group}`),
    )
  }

  /**
   * Prints a line for each stage, the failed and the skipped tests, and the totals as the last line, and sets the exit
   * code. A command that reports to a parent writes the totals to the file instead.
   */
  close(remark?: string): void {
    console.log(`\n${this.lines.join('\n')}`)
    for (const failure of this.failures) console.log(`failed: ${failure}`)
    for (const name of this.skipped) console.log(`skipped: ${name}`)
    if (remark !== undefined) console.log(remark)
    const { passed, failed } = this
    const report = process.env[reportVariable]
    if (report === undefined || report === '') {
      console.log(closingLine({ passed, failed, skipped: this.skipped.length }))
    } else {
      writeFileSync(report, formatReport({ passed, failed, skipped: this.skipped, failures: this.failures }))
    }
    process.exitCode = failed > 0 ? 1 : 0
  }
}

/** One line of numbers, then the names. A shell script can read this format, before Node is installed. */
function formatReport({ passed, failed, skipped, failures = [] }: Counts): string {
  const names = [
    ...failures.map((it) => `failed: ${firstLine(it)}`),
    ...skipped.map((it) => `skipped: ${it}`),
  ]
  return [`${passed} ${failed} ${skipped.length}`, ...names, ''].join('\n')
}

/** Reads the counts that a command has written; undefined if it ended before that. */
export function readReport(file: string): Counts | undefined {
  if (!existsSync(file)) return undefined
  const [numbers = '', ...names] = readFileSync(file, 'utf8').trimEnd().split('\n')
  const [passed, failed] = numbers.split(' ').map(Number)
  if (passed === undefined || failed === undefined || Number.isNaN(passed + failed)) return undefined
  const named = (kind: string): string[] =>
    names.filter((it) => it.startsWith(`${kind}: `)).map((it) => it.slice(kind.length + 2))
  return { passed, failed, skipped: named('skipped'), failures: named('failed') }
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? ''

function closingLine({
  passed,
  failed,
  skipped,
}: {
  passed: number
  failed: number
  skipped: number
}): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
