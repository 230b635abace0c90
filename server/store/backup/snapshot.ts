import type { MadeStep } from '../migrations/made-step.ts'
import { flagsOf } from '../schema.ts'
import { movedTables } from '../tables.ts'
import type { MovedTable } from '../tables.ts'

/** One moment of an installation, held still while others go on writing. */
export interface Snapshot {
  readonly kind: 'sqlite' | 'postgres'
  /** The migrations that made it, in their order. */
  readonly steps: readonly MadeStep[]
  /** Rows by the handful, parents before children where a table refers to itself as far as it is known. */
  rows(table: MovedTable): AsyncIterable<Row[]>
  close(): Promise<void>
}

/** Few at once, since an answer may have 4 MB. */
export const rowsAtOnce = 50

/** A row as it stands in the database; flags are booleans whatever the engine. */
export type Row = Record<string, string | number | boolean | null>

const flags = new Map(movedTables.map((table) => [table, flagsOf(table)]))

/** The same row from either engine is the same afterwards. Changes it in place. */
export function withFlags(table: MovedTable, row: Row): Row {
  for (const flag of flags.get(table) ?? []) row[flag] = Boolean(row[flag])
  return row
}
