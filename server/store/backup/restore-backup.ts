import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import type { EpochCounts } from '../contract/epochs.ts'
import { beginEpoch } from '../epoch/begin-epoch.ts'
import { placeOf } from '../epoch/place-of.ts'
import type { Schema } from '../schema.ts'
import { migrate, SchemaMismatch } from '../migrate.ts'
import { migrations } from '../migrations/all.ts'
import { describeForeignStep } from '../migrations/applied-step.ts'
import { openPostgres } from '../postgres/open-postgres.ts'
import { openSqlite } from '../sqlite/open-sqlite.ts'
import { readBackupFile } from './backup-file.ts'
import type { BackupHeader } from './backup-file.ts'
import { moveRows, NotEmpty } from './move-rows.ts'
import { movingDeadlines } from './open-snapshot.ts'
import type { Place } from './open-snapshot.ts'
import type { Engine } from '../engine/engine.ts'
import { factsOf, movedTables } from '../tables.ts'
import { settleSecret } from './settle-secret.ts'
import type { SecretOptions, SecretOutcome } from './settle-secret.ts'

export interface RestoreOptions extends Place, SecretOptions {
  file: string
  /** Replaces existing data. */
  replace: boolean
  /** The restored installation will run beside the original: its provider connections are disabled as well. */
  asCopy: boolean
  progress?: (table: string, rows: number) => void
}

export interface Restored {
  tables: { table: string; rows: number }[]
  /** When the backup was written. */
  createdAt: string
  secret: SecretOutcome
  /** How much the new epoch stopped. */
  stopped: EpochCounts
  /** Provider connections that `asCopy` disabled. */
  disabledConnections: number
}

/**
 * Restores a backup into an empty installation in one transaction, whichever database the backup was made from. Row
 * counts and checksums of every table are compared before the transaction commits, and the restored installation begins
 * a new epoch. Rejects with a message for the operator, and with `StoreLocked` while a server has the embedded database
 * open.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { file, dataDir, databaseUrl, clock, logger, replace, progress } = options
  const backup = await readBackupFile(file)
  try {
    checkSchema(backup.header)
    const to =
      databaseUrl === null
        ? openSqlite({
            dataDir,
            clock,
            statementMs: movingDeadlines.statementMs,
            warn: (text) => logger.warn(text),
          })
        : openPostgres({ databaseUrl, clock, logger, ...movingDeadlines, poolSize: 1 })
    try {
      await migrate(to, { apply: true })
      const place = await placeOf(to, dataDir)
      let secret: SecretOutcome = 'kept'
      let stopped: EpochCounts = { runs: 0, sessions: 0, apiKeys: 0, jobs: 0 }
      let disabledConnections = 0
      const tables = await moveRows(to, backup, {
        replace,
        ...(progress ? { progress } : {}),
        beforeCommit: async (trx) => {
          await backup.end()
          secret = await settleSecret(trx, { ...options, kind: to.kind, carried: backup.header.secretKey })
          stopped = await beginEpoch(to, trx, { reason: 'restored', place })
          if (options.asCopy) disabledConnections = await disableRows(to, trx)
        },
      })
      const { createdAt } = backup.header
      return { tables, createdAt, secret, stopped, disabledConnections }
    } finally {
      await to.close()
    }
  } catch (error) {
    if (!(error instanceof NotEmpty)) throw error
    throw new Error(
      `${error.message}: restore into an empty installation, or use --replace to drop the existing data`,
      { cause: error },
    )
  } finally {
    backup.close()
  }
}

/**
 * Disables the rows of each table with `asCopy: 'disabled'` in tables.ts (the connections to providers), so that a copy
 * does not send requests to the providers of the original.
 */
async function disableRows(engine: Engine, trx: Transaction<Schema>): Promise<number> {
  let disabled = 0
  for (const table of movedTables.filter((name) => factsOf(name).asCopy === 'disabled')) {
    const { rows } = await sql`
      update ${engine.table(table)} set enabled = false where enabled = true returning 1`.execute(trx)
    disabled += rows.length
  }
  return disabled
}

function checkSchema({ schema, steps, version }: BackupHeader): void {
  const foreign = describeForeignStep(steps, migrations)
  if (foreign !== undefined) {
    throw new SchemaMismatch(
      `the backup was made by another commit: ${foreign}; restore it with Shoal ${version}`,
    )
  }
  const mine = migrations.at(-1)?.number ?? 0
  if (schema === mine) return
  throw new SchemaMismatch(
    schema < mine
      ? `the backup is at schema ${schema} and this version works with ${mine}: restore it with Shoal ${version}, then upgrade`
      : `the backup is at schema ${schema} and this version knows ${mine} at most: restore it with Shoal ${version} or later`,
  )
}
