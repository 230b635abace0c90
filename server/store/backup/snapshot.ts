import type { MadeStep } from '../migrations/made-step.ts'
import type { MovedTable, Row } from './tables.ts'

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
