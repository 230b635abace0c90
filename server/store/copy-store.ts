import { stopWork } from './epoch/begin-epoch.ts'
import { migrate } from './migrate.ts'
import { moveRows, NotEmpty } from './backup/move-rows.ts'
import { movingDeadlines, openSnapshot } from './backup/open-snapshot.ts'
import type { Place } from './backup/open-snapshot.ts'
import { settleSecret } from './backup/settle-secret.ts'
import type { SecretOutcome } from './backup/settle-secret.ts'
import { fingerprintIn, sourceOf } from './backup/snapshot-source.ts'
import { openPostgres } from './postgres/open-postgres.ts'
import { takeStoreLock } from './sqlite/store-lock.ts'

export interface CopyOptions extends Place {
  /** Folder of the embedded installation. It is not changed, and no process may have it open (else `StoreLocked`). */
  dataDir: string
  /** A PostgreSQL database with an empty Shoal installation, or with none yet. */
  databaseUrl: string
  /** Returns the generated secret in DATA_DIR if it has this fingerprint. It is copied into the database. */
  secretWith: (fingerprint: string | null) => string | null
  /** Fingerprint of WEBUI_SECRET_KEY if the environment sets it. */
  fingerprint: string | null
  progress?: (table: string, rows: number) => void
}

export interface Copied {
  tables: { table: string; rows: number }[]
  secret: SecretOutcome
  /** How many answers were ended as interrupted, and how many background jobs now wait for an administrator. */
  stopped: { runs: number; jobs: number }
}

/**
 * Copies an embedded installation into PostgreSQL in one transaction. The row count and the checksum of every table are
 * compared before the transaction commits.
 */
export async function copyStore(options: CopyOptions): Promise<Copied> {
  const { dataDir, databaseUrl, clock, logger, progress } = options
  const embedded = { ...options, databaseUrl: null }
  // Rejects early if there is nothing to copy. The copy itself is read under the lock, when no process writes any more.
  await (await openSnapshot(embedded)).close()
  const lock = takeStoreLock(dataDir, clock.now())
  try {
    const from = await openSnapshot(embedded)
    const to = openPostgres({ databaseUrl, clock, logger, ...movingDeadlines, poolSize: 1 })
    try {
      const carried = options.secretWith(await fingerprintIn(from))
      await migrate(to, { apply: true })
      let secret: SecretOutcome = 'kept'
      let stopped = { runs: 0, jobs: 0 }
      const tables = await moveRows(to, sourceOf(from), {
        ...(progress ? { progress } : {}),
        beforeCommit: async (trx) => {
          const { fingerprint } = options
          secret = await settleSecret(trx, { kind: 'postgres', carried, fingerprint, keepSecret: () => {} })
          // The server of the folder may be started again: the two must not both send the same requests to the
          // provider.
          stopped = await stopWork(to, trx)
        },
      })
      return { tables, secret, stopped }
    } finally {
      await to.close()
      await from.close()
    }
  } catch (error) {
    if (!(error instanceof NotEmpty)) throw error
    throw new Error(
      'the database already holds an installation with accounts: copy into an empty database, or drop its schema shoal first',
      { cause: error },
    )
  } finally {
    lock.release()
  }
}
