import { migrate, SchemaMismatch } from '../migrate.ts'
import { migrations } from '../migrations/all.ts'
import { describeForeignStep } from '../migrations/made-step.ts'
import { openPostgres } from '../postgres/open-postgres.ts'
import { openSqlite } from '../sqlite/open-sqlite.ts'
import { readBackupFile } from './backup-file.ts'
import type { BackupHeader } from './backup-file.ts'
import { moveRows, NotEmpty } from './move-rows.ts'
import { movingDeadlines } from './open-snapshot.ts'
import type { Place } from './open-snapshot.ts'
import { settleSecret } from './settle-secret.ts'
import type { SecretOptions, SecretOutcome } from './settle-secret.ts'

export interface RestoreOptions extends Place, SecretOptions {
  file: string
  /** What is there gives way. */
  replace: boolean
  progress?: (table: string, rows: number) => void
}

export interface Restored {
  tables: { table: string; rows: number }[]
  /** When it was saved. */
  createdAt: string
  secret: SecretOutcome
}

/**
 * Brings a saved installation into an empty place, of the same database or the other, in one transaction; counts and
 * sums of every table are compared before anything counts. Rejects with a sentence, and with `StoreLocked` while a
 * server has the embedded place open.
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
      let secret: SecretOutcome = 'kept'
      const tables = await moveRows(to, backup, {
        replace,
        ...(progress ? { progress } : {}),
        last: async (trx) => {
          await backup.end()
          secret = await settleSecret(trx, { ...options, kind: to.kind, carried: backup.header.secretKey })
        },
      })
      return { tables, createdAt: backup.header.createdAt, secret }
    } finally {
      await to.close()
    }
  } catch (error) {
    if (!(error instanceof NotEmpty)) throw error
    throw new Error(
      `${error.message}: restore into an empty place, or give --replace to drop what is there`,
      { cause: error },
    )
  } finally {
    backup.close()
  }
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
