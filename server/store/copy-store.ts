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
  /** The embedded installation; nobody may have it open (`StoreLocked`). It is left as it is. */
  dataDir: string
  /** An empty PostgreSQL installation, or none yet. */
  databaseUrl: string
  /** The generated secret that has this fingerprint, where DATA_DIR has it; it goes along into the database. */
  secretWith: (fingerprint: string | null) => string | null
  /** Fingerprint of WEBUI_SECRET_KEY where the environment gives it. */
  fingerprint: string | null
  progress?: (table: string, rows: number) => void
}

export interface Copied {
  tables: { table: string; rows: number }[]
  secret: SecretOutcome
  /** Answers that ended as interrupted, and background jobs that wait for an administrator. */
  stopped: { runs: number; jobs: number }
}

/**
 * Moves an embedded installation into PostgreSQL in one transaction, and compares count and sum of every table before
 * anything counts.
 */
export async function copyStore(options: CopyOptions): Promise<Copied> {
  const { dataDir, databaseUrl, clock, logger, progress } = options
  const embedded = { ...options, databaseUrl: null }
  // Whether there is something to copy is said before anything is made; what is copied is what nobody writes any more.
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
        last: async (trx) => {
          const { fingerprint } = options
          secret = await settleSecret(trx, { kind: 'postgres', carried, fingerprint, keepSecret: () => {} })
          // Somebody may start the server of the folder again: the two must not both ask the provider.
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
