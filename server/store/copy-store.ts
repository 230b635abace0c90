import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import type { Clock, Logger } from '../base/index.ts'
import type { Engine } from './engine/engine.ts'
import { migrate } from './migrate.ts'
import { openPostgres } from './postgres/open-postgres.ts'
import type { Schema, TableName } from './schema.ts'
import { openSqlite } from './sqlite/open-sqlite.ts'

/** What goes along, parents first. Heartbeats and the record of migrations belong to each database alone. */
const tables = [
  'account',
  'first_account',
  'session',
  'api_key',
  'connection',
  'learnt',
  'chat',
  'message',
  'run',
  'run_part',
  'run_request',
  'revision',
  'installation',
  'job',
  'setting',
  'setting_change',
] as const satisfies TableName[]
type Copied = (typeof tables)[number]

/** 1 and 0 in SQLite, true and false in PostgreSQL. */
const flags: { [Table in Copied]?: string[] } = {
  account: ['active'],
  connection: ['enabled'],
  chat: ['pinned', 'archived'],
  run: ['stop'],
}

/** Few, since an answer may have 4 MB. */
const rowsAtOnce = 25
const statementMs = 60_000

export interface CopyOptions {
  /** The embedded installation; nobody may have it open (`StoreLocked`). It is left as it is. */
  dataDir: string
  /** An empty PostgreSQL installation, or none yet. */
  databaseUrl: string
  clock: Clock
  logger: Logger
}

/**
 * Moves an embedded installation into PostgreSQL in one transaction, and compares the counts before it counts. Answers
 * with the rows of each table. Both sides need the same WEBUI_SECRET_KEY afterwards, or provider keys do not open.
 */
export async function copyStore(options: CopyOptions): Promise<{ table: string; rows: number }[]> {
  const { dataDir, databaseUrl, clock, logger } = options
  const from = openSqlite({ dataDir, clock, statementMs, warn: (sentence) => logger.warn(sentence) })
  const to = openPostgres({ databaseUrl, clock, logger, statementMs, connectMs: 5000, poolSize: 1 })
  try {
    await migrate(from, { apply: true })
    await migrate(to, { apply: true })
    return await to.transaction(async (trx) => {
      await refuseUnlessEmpty(to, trx)
      const counts: { table: string; rows: number }[] = []
      for (const table of tables) {
        await copyTable(from, trx, table)
        counts.push({ table, rows: await compareCounts({ from, to, trx, table }) })
      }
      return counts
    })
  } finally {
    await from.close()
    await to.close()
  }
}

async function refuseUnlessEmpty(to: Engine, trx: Transaction<Schema>): Promise<void> {
  // So that no instance starts to use it meanwhile.
  await sql`lock table ${to.table('account')}, ${to.table('revision')}, ${to.table('installation')} in exclusive mode`.execute(
    trx,
  )
  const used = await trx.selectFrom('account').select('id').limit(1).executeTakeFirst()
  if (used) {
    throw new Error(
      'DATABASE_URL already holds an installation with accounts: copy into an empty database, or drop its schema shoal first',
    )
  }
  // What an empty installation has made for itself gives way to what is copied.
  for (const table of ['revision', 'installation', 'setting', 'setting_change', 'job'] as const) {
    await trx.deleteFrom(table).execute()
  }
}

/** In the order in which rows were made, so that a message comes after the one it stands below. */
async function copyTable(from: Engine, trx: Transaction<Schema>, table: Copied): Promise<void> {
  for (let last = 0; ;) {
    const page = sql<Record<string, unknown> & { copied_rowid: number }>`
      select rowid as copied_rowid, * from ${from.table(table)} where rowid > ${last} order by rowid limit ${rowsAtOnce}`
    const { rows } = await from.run((db) => page.execute(db))
    const end = rows.at(-1)
    if (!end) return
    last = end.copied_rowid
    const values = rows.map((row) => {
      const { copied_rowid: _place, ...values } = row
      for (const flag of flags[table] ?? []) values[flag] = Boolean(values[flag])
      return values
    })
    // Both have the same columns, since both are at the same schema.
    await trx.insertInto(table).values(values).execute()
  }
}

async function compareCounts({
  from,
  to,
  trx,
  table,
}: {
  from: Engine
  to: Engine
  trx: Transaction<Schema>
  table: Copied
}): Promise<number> {
  const count = (engine: Engine) => sql<{ n: number }>`select count(*) as n from ${engine.table(table)}`
  const [had, has] = [
    (await count(from).execute(from.db)).rows[0]?.n,
    (await count(to).execute(trx)).rows[0]?.n,
  ]
  if (had === undefined || had !== has) {
    throw new Error(`table ${table}: ${had} rows were to be copied and ${has} arrived; nothing was kept`)
  }
  return has
}
