import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import type { Schema } from '../schema.ts'
import type { PostgresEngine } from '../postgres/open-postgres.ts'
import { toAppliedStep } from '../migrations/applied-step.ts'
import { rowsAtOnce, withFlags } from './snapshot.ts'
import type { Row, Snapshot } from './snapshot.ts'
import type { MovedTable } from '../tables.ts'

/** Opens a snapshot of the database as it is now: one read-only transaction. Closing it also closes the engine. */
export async function openPostgresSnapshot(engine: PostgresEngine): Promise<Snapshot> {
  const opened = Promise.withResolvers<Transaction<Schema>>()
  const over = Promise.withResolvers<void>()
  const transaction = engine.db.transaction().execute(async (trx) => {
    await sql`set transaction isolation level repeatable read, read only`.execute(trx)
    opened.resolve(trx)
    await over.promise
  })
  transaction.catch(opened.reject)
  try {
    const trx = await opened.promise
    const { rows } = await sql<
      Record<string, unknown>
    >`select * from ${engine.table('schema_migration')} order by number`.execute(trx)
    return {
      kind: 'postgres',
      steps: rows.map(toAppliedStep),
      rows: (table) => rowsOf(engine, trx, table),
      async close() {
        over.resolve()
        // The transaction only reads, and the code that was reading has already got the error.
        await transaction.catch(() => {})
        await engine.close()
      },
    }
  } catch (error) {
    over.resolve()
    await engine.close()
    throw error
  }
}

async function* rowsOf(
  engine: PostgresEngine,
  trx: Transaction<Schema>,
  table: MovedTable,
): AsyncIterable<Row[]> {
  const order = table === 'message' ? sql`order by created_at, id` : sql``
  await sql`declare moved no scroll cursor for select * from ${engine.table(table)} ${order}`.execute(trx)
  for (;;) {
    const { rows } = await sql<Row>`fetch ${sql.lit(rowsAtOnce)} from moved`.execute(trx)
    if (rows.length === 0) break
    yield rows.map((row) => withFlags(table, row))
  }
  await sql`close moved`.execute(trx)
}
