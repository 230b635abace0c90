import type { RowSource } from './move-rows.ts'
import type { Row, Snapshot } from './snapshot.ts'
import { TableSum } from './table-sum.ts'
import type { TableTotal } from './table-sum.ts'
import type { MovedTable } from '../tables.ts'

/** Makes a row source from a snapshot; the totals are computed while the rows are read. */
export function sourceOf(snapshot: Snapshot): RowSource {
  const totals = new Map<MovedTable, TableTotal>()
  async function* rows(table: MovedTable): AsyncIterable<Row[]> {
    const sum = new TableSum()
    for await (const some of snapshot.rows(table)) {
      for (const row of some) sum.add(row)
      yield some
    }
    totals.set(table, sum.total())
  }
  return {
    rows,
    total(table) {
      const total = totals.get(table)
      if (total) return total
      throw new Error(`table ${table} has not been read`)
    },
  }
}

/** The fingerprint of the installation's secret; null if the installation was never started. */
export async function fingerprintIn(snapshot: Snapshot): Promise<string | null> {
  for await (const [row] of snapshot.rows('installation')) {
    const print = row?.['secret_fingerprint']
    return typeof print === 'string' ? print : null
  }
  return null
}
