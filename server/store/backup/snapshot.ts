import type { AppliedStep } from '../migrations/applied-step.ts'
import { flagsOf } from '../schema.ts'
import { movedTables } from '../tables.ts'
import type { MovedTable } from '../tables.ts'

/** A consistent view of an installation at one moment, while instances may continue writing. */
export interface Snapshot {
  readonly kind: 'sqlite' | 'postgres'
  /** The applied migrations, in order. */
  readonly steps: readonly AppliedStep[]
  /** The rows of a table in batches. In a table that refers to itself, parents come before children where possible. */
  rows(table: MovedTable): AsyncIterable<Row[]>
  close(): Promise<void>
}

/** Few at once, because an answer may be 4 MB long. */
export const rowsAtOnce = 50

/** A row as the database stores it, with flags as booleans for both engines. */
export type Row = Record<string, string | number | boolean | null>

const flags = new Map(movedTables.map((table) => [table, flagsOf(table)]))

/** Converts the row's flags to booleans in place, so that rows of both engines are equal. */
export function withFlags(table: MovedTable, row: Row): Row {
  for (const flag of flags.get(table) ?? []) row[flag] = Boolean(row[flag])
  return row
}
