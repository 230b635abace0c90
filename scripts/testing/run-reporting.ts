import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../run-command.ts'
import { readReport, reportVariable } from './totals.ts'
import type { Counts } from './totals.ts'

/** Runs another of the test commands and reads the counts that it leaves; one that leaves none has failed. */
export async function runReporting(
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
