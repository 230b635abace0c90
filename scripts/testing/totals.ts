import { existsSync, readFileSync, writeFileSync } from 'node:fs'

export interface Counts {
  passed: number
  failed: number
  skipped: string[]
  /** What failed, by name, with its reason: said again at the end, where a log that was cut still has it. */
  failures?: string[]
  /** What a group of tests counts, one line each: how many ran over each topology of Redis. */
  groups?: string[]
}

/** Where a command leaves its counts when another one adds them up: `.ci/run`, or `npm run test:all`. */
export const reportVariable = 'SHOAL_TEST_REPORT'

/** The counts of one command, stage by stage. */
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
    const named = failed > 0 && failures.length === 0 ? ['its own output above says what'] : failures
    this.failures.push(...named.map((failure) => `${stage}: ${failure}`))
    this.lines.push(
      `${failed > 0 ? 'FAIL' : 'ok  '} ${stage}: ${closingLine({ passed, failed, skipped: skipped.length })} (${seconds.toFixed(0)} s)`,
      ...groups.map((group) => `       ${group}`),
    )
  }

  /**
   * Prints a line for each stage, what failed and what was skipped, and sets the exit code. The closing line is the last
   * one; a command that reports to another leaves that line to it.
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

/** The counts in one line of numbers, then the names: a shell can read it, before any Node is installed. */
function formatReport({ passed, failed, skipped, failures = [] }: Counts): string {
  const names = [
    ...failures.map((it) => `failed: ${firstLine(it)}`),
    ...skipped.map((it) => `skipped: ${it}`),
  ]
  return [`${passed} ${failed} ${skipped.length}`, ...names, ''].join('\n')
}

/** The counts that a command left; undefined: it ended before it could. */
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
