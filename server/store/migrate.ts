import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { newId, Unavailable } from '../base/index.ts'
import type { Db, Engine } from './engine/engine.ts'
import { migrations as allMigrations } from './migrations/all.ts'
import { checksumOf } from './migrations/checksum.ts'
import { describeForeignStep } from './migrations/applied-step.ts'
import type { AppliedStep } from './migrations/applied-step.ts'
import { prefixes } from './migrations/migration.ts'
import type { Migration } from './migrations/migration.ts'
import type { Schema } from './schema.ts'

/** This version of Shoal cannot work with this database; a retry does not help. */
export class SchemaMismatch extends Unavailable {
  override name = 'SchemaMismatch'
}

interface AppliedMigration extends AppliedStep {
  oldest_code: number
}

/** The key of the advisory lock: "shoa" in ASCII. */
const lockKey = 0x73686f61

export interface MigrateOptions {
  /** False: only check the schema, and reject if steps are missing. */
  apply: boolean
  /** Replaced only by tests. */
  migrations?: readonly Migration[]
}

/**
 * Brings the schema up to date in one transaction and returns the numbers of the applied steps. A lock lets several
 * instances start at the same time; it belongs to the transaction, because a session's lock would be lost behind
 * PgBouncer. Rejects with SchemaMismatch if this version is too old for the database, or the database for this version.
 */
export async function migrate(
  engine: Engine,
  { apply, migrations = allMigrations }: MigrateOptions,
): Promise<number[]> {
  // Checked without the lock first, so that a start with nothing to apply does not wait for other instances.
  const pending = pendingOf(await readApplied(engine, engine.db), migrations)
  if (pending.length === 0) return []
  if (!apply) {
    throw new SchemaMismatch(
      `the database is too old for this version: it lacks the migrations ${pending.map(({ number, name }) => `${number} (${name})`).join(', ')}; run \`shoal migrate\``,
    )
  }
  return engine.transaction(async (trx) => {
    await prepare(engine, trx)
    if ((await readApplied(engine, trx)).length === 0) await expectEmpty(engine, trx)
    await createMigrationTable(engine, trx)
    await recordChecksums(engine, trx, migrations)
    const steps = pendingOf(await readApplied(engine, trx), migrations)
    for (const step of steps) await applyStep(engine, trx, step)
    return steps.map(({ number }) => number)
  })
}

async function prepare(engine: Engine, trx: Transaction<Schema>): Promise<void> {
  if (engine.kind === 'postgres') {
    // A step, or waiting for another instance's steps, may take longer than statements usually may.
    await sql`select set_config('statement_timeout', '600000', true)`.execute(trx)
    await sql`select pg_advisory_xact_lock(${sql.lit(lockKey)})`.execute(trx)
    await createSchema(trx)
    await expectOwner(trx)
  }
}

/** A database user without the owner's rights is enough to run Shoal, but not to migrate the schema. */
async function expectOwner(trx: Transaction<Schema>): Promise<void> {
  const { rows } = await sql<{ who: string }>`
    select current_user as who from pg_catalog.pg_namespace n
    where n.nspname = 'shoal' and not (has_schema_privilege(n.oid, 'CREATE') and not exists (
      select from pg_catalog.pg_class c
      where c.relnamespace = n.oid and c.relkind = 'r' and not pg_has_role(c.relowner, 'USAGE')))`.execute(
    trx,
  )
  if (!rows[0]) return
  throw new SchemaMismatch(
    `the database is too old for this version, and its user ${rows[0].who} may not change the tables: run \`shoal migrate\` with the owner of the schema shoal in DATABASE_MIGRATION_URL`,
  )
}

async function createMigrationTable(engine: Engine, trx: Transaction<Schema>): Promise<void> {
  await sql`create table if not exists ${engine.table('schema_migration')} (
    number integer not null primary key,
    name text not null,
    kind text not null,
    oldest_code integer not null,
    applied_at bigint not null,
    checksum text
  )`.execute(trx)
}

/** Fills in the checksums that older versions did not record: their steps were released and are the same as here. */
async function recordChecksums(
  engine: Engine,
  trx: Transaction<Schema>,
  migrations: readonly Migration[],
): Promise<void> {
  if (!(await migrationColumns(engine, trx)).includes('checksum')) {
    await sql`alter table ${engine.table('schema_migration')} add column checksum text`.execute(trx)
  }
  for (const step of migrations) {
    await trx
      .updateTable('schema_migration')
      .set({ checksum: checksumOf(step) })
      .where('number', '=', step.number)
      .where('checksum', 'is', null)
      .execute()
  }
}

/** Creating the schema needs a right of its own, which is not needed if an administrator has created the schema. */
async function createSchema(trx: Transaction<Schema>): Promise<void> {
  const there = await sql`select 1 from pg_catalog.pg_namespace where nspname = 'shoal'`.execute(trx)
  if (there.rows.length > 0) return
  const { rows } = await sql<{ may: boolean; who: string; what: string }>`
    select has_database_privilege(current_database(), 'CREATE') as may, current_user as who, current_database() as what`.execute(
    trx,
  )
  const [right] = rows
  if (right && !right.may) {
    throw new Error(
      `the database user ${right.who} may not create the schema shoal in ${right.what}: as an administrator run \`create schema shoal authorization "${right.who}"\` there`,
    )
  }
  await sql`create schema shoal`.execute(trx)
}

async function readApplied(engine: Engine, db: Db): Promise<AppliedMigration[]> {
  const columns = await migrationColumns(engine, db)
  // Recognised by its columns, because another program may have a table of this name.
  if (!columns.includes('number') || !columns.includes('oldest_code')) return []
  const query = db.selectFrom('schema_migration').select(['number', 'name', 'oldest_code']).orderBy('number')
  if (columns.includes('checksum')) return query.select('checksum').execute()
  return (await query.execute()).map((step) => ({ ...step, checksum: null }))
}

async function migrationColumns(engine: Engine, db: Db): Promise<string[]> {
  const columns =
    engine.kind === 'postgres'
      ? sql<{ name: string }>`select column_name as name from information_schema.columns
          where table_schema = 'shoal' and table_name = 'schema_migration'`
      : sql<{ name: string }>`select name from pragma_table_info('schema_migration')`
  return (await columns.execute(db)).rows.map(({ name }) => name)
}

interface Count {
  n: number
}

/** Called if no step of Shoal was applied: any table that exists then belongs to another program. */
async function expectEmpty(engine: Engine, trx: Transaction<Schema>): Promise<void> {
  const tables =
    engine.kind === 'postgres'
      ? sql<Count>`select count(*) as n from pg_catalog.pg_tables where schemaname = 'shoal'`
      : sql<Count>`select count(*) as n from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'`
  const { rows } = await tables.execute(trx)
  if (rows[0]?.n === 0) return
  throw new SchemaMismatch(
    engine.kind === 'postgres'
      ? 'the schema shoal of this database contains tables of another program; nothing was changed: set another database in DATABASE_URL, or rename that schema'
      : 'shoal.db in DATA_DIR is the database of another program; nothing was changed: set another DATA_DIR, or rename that file',
  )
}

/** Returns the steps that are still to apply; throws SchemaMismatch if code and database do not fit. */
function pendingOf(applied: AppliedMigration[], migrations: readonly Migration[]): Migration[] {
  const mine = migrations.at(-1)?.number ?? 0
  const needed = Math.max(0, ...applied.map(({ oldest_code }) => oldest_code))
  if (needed > mine) {
    throw new SchemaMismatch(
      `this version is too old for the database: the database is at schema ${applied.at(-1)?.number} and needs code that knows schema ${needed}, this one knows ${mine}; upgrade this instance`,
    )
  }
  const foreign = describeForeignStep(applied, migrations)
  if (foreign !== undefined) {
    throw new SchemaMismatch(
      `the database was made by another commit: ${foreign}; run the version that made it, or name an empty database`,
    )
  }
  const known = new Set(applied.map(({ number }) => number))
  return migrations.filter(({ number }) => !known.has(number))
}

async function applyStep(engine: Engine, trx: Transaction<Schema>, step: Migration): Promise<void> {
  await expectFilled(engine, trx, step)
  for (const statement of step.statements(prefixes[engine.kind], newId, engine.kind)) {
    await sql.raw(statement).execute(trx)
  }
  await trx
    .insertInto('schema_migration')
    .values({
      number: step.number,
      name: step.name,
      kind: step.kind,
      oldest_code: step.oldestCode,
      applied_at: engine.now,
      checksum: checksumOf(step),
    })
    .execute()
}

async function expectFilled(
  engine: Engine,
  trx: Transaction<Schema>,
  { number, name, after }: Migration,
): Promise<void> {
  if (!after) return
  const { rows } = await sql.raw(after.unfilled(prefixes[engine.kind])).execute(trx)
  if (rows.length === 0) return
  throw new SchemaMismatch(
    `migration ${number} (${name}) has to wait for the background job ${after.job}; nothing was changed: run the version before this one until that job has ended`,
  )
}
