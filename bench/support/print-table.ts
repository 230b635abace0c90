import { cpus, loadavg } from 'node:os'
import { within } from '../measure.ts'
import type { Row } from '../measure.ts'

/** Describes the machine, because the figures depend on it. */
export function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor'
  const load = loadavg().map((value) => value.toFixed(1))
  return `${cpus().length} cores (${model}), Node ${process.versions.node}, load average ${load.join(' ')}`
}

export function printTable(rows: Row[]): void {
  const lines = [
    ['', 'measured', 'against', 'ratio', 'budget', ''],
    ...rows.map((row) => [
      row.name,
      row.measured,
      row.bare,
      row.ratio.toFixed(2),
      row.budgetText ?? `≤ ${row.budget} ×`,
      within(row) ? 'ok' : 'OVER',
    ]),
  ]
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  )
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - cell.length))
        .join('  ')
        .trimEnd(),
    )
  console.log()
  for (const { name, what, note } of rows) console.log(`${name}: ${what}.${note ? ` ${note}` : ''}`)
}
