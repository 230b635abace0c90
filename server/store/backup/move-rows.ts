import { sql } from 'kysely'
import type { RawBuilder, Transaction } from 'kysely'
import type { Engine } from '../engine/engine.ts'
import type { Schema } from '../schema.ts'
import { rowsAtOnce, withFlags } from './snapshot.ts'
import type { Row } from './snapshot.ts'
import { TableSum } from './table-sum.ts'
import type { TableTotal } from './table-sum.ts'
import { movedTables } from '../tables.ts'
import type { MovedTable } from '../tables.ts'

/** A source of rows: the tables are read in the order of `movedTables`, each with the total that it must result in. */
export interface RowSource {
  rows(table: MovedTable): AsyncIterable<Row[]>
  /** May be called only after all rows of the table were read. */
  total(table: MovedTable): TableTotal
}

export interface MoveOptions {
  /** Replaces existing data. Without it, an installation that has accounts is refused. */
  replace?: boolean
  /** Called after each table. */
  progress?: (table: string, rows: number) => void
  /** Called before the transaction commits: may write more rows; if it rejects, nothing is kept. */
  beforeCommit?: (trx: Transaction<Schema>) => Promise<void>
}

/** The target already holds an installation with accounts. */
export class NotEmpty extends Error {
  override name = 'NotEmpty'
}

/**
 * Writes a whole installation into an empty one, in one transaction. Each table is read back and must have the same row
 * count and checksum as its source; otherwise nothing is kept.
 */
export async function moveRows(
  to: Engine,
  source: RowSource,
  { replace = false, progress, beforeCommit: last }: MoveOptions,
): Promise<{ table: string; rows: number }[]> {
  return to.db.transaction().execute(async (trx) => {
    await prepare(to, trx, replace)
    const moved: { table: string; rows: number }[] = []
    for (const table of movedTables) {
      for await (const rows of source.rows(table)) await trx.insertInto(table).values(rows).execute()
      const wanted = source.total(table)
      const written = await totalOf(to, trx, table)
      if (written.rows !== wanted.rows || written.sum !== wanted.sum) {
        throw new Error(
          `table ${table}: expected ${wanted.rows} rows with the checksum ${wanted.sum}, but ${written.rows} rows with the checksum ${written.sum} were written; nothing was kept`,
        )
      }
      moved.push({ table, rows: written.rows })
      progress?.(table, written.rows)
    }
    await finish(to, trx)
    await last?.(trx)
    return moved
  })
}

async function prepare(to: Engine, trx: Transaction<Schema>, replace: boolean): Promise<void> {
  if (to.kind === 'postgres') {
    // Prevents an instance from using the installation meanwhile.
    await sql`lock table ${to.table('account')}, ${to.table('revision')}, ${to.table('installation')} in exclusive mode`.execute(
      trx,
    )
  }
  // A message may be written before its parent, so parents are checked at the end.
  if (to.kind === 'sqlite') await sql`pragma defer_foreign_keys = on`.execute(trx)
  else await checkParents(to, trx, sql`deferrable initially deferred`)
  const used = await trx.selectFrom('account').select('id').limit(1).executeTakeFirst()
  if (used && !replace) throw new NotEmpty('the target already holds an installation with accounts')
  // Removes the rows that an empty installation has created by itself.
  for (const table of movedTables.toReversed()) await trx.deleteFrom(table).execute()
  await trx.deleteFrom('instance').execute()
}

async function finish(to: Engine, trx: Transaction<Schema>): Promise<void> {
  if (to.kind === 'sqlite') return
  await sql`set constraints all immediate`.execute(trx)
  await checkParents(to, trx, sql`not deferrable`)
}

async function checkParents(to: Engine, trx: Transaction<Schema>, when: RawBuilder<unknown>): Promise<void> {
  await sql`alter table ${to.table('message')} alter constraint message_parent_id_fkey ${when}`.execute(trx)
}

/** Reads the table back in batches, in the transaction that wrote it, and sums it up. */
async function totalOf(to: Engine, trx: Transaction<Schema>, table: MovedTable): Promise<TableTotal> {
  const sum = new TableSum()
  if (to.kind === 'postgres') {
    await sql`declare written no scroll cursor for select * from ${to.table(table)}`.execute(trx)
    for (;;) {
      const { rows } = await sql<Row>`fetch ${sql.lit(rowsAtOnce)} from written`.execute(trx)
      if (rows.length === 0) break
      for (const row of rows) sum.add(withFlags(table, row))
    }
    await sql`close written`.execute(trx)
    return sum.total()
  }
  for (let last = 0; ;) {
    const { rows } = await sql<Row & { moved_rowid: number }>`
      select rowid as moved_rowid, * from ${to.table(table)} where rowid > ${last} order by rowid limit ${rowsAtOnce}`.execute(
      trx,
    )
    const end = rows.at(-1)
    if (!end) return sum.total()
    last = end.moved_rowid
    for (const { moved_rowid: _place, ...row } of rows) sum.add(withFlags(table, row))
  }
}
