import type { Clock, Logger } from '../base/index.ts'
import { createStore } from './create-store.ts'
import type { Engine } from './engine/engine.ts'
import { StoreTroubles } from './engine/store-troubles.ts'
import { beginEpochIfCopied } from './epoch/begin-epoch-if-copied.ts'
import { migrate } from './migrate.ts'
import { checkConnectionBudget } from './postgres/connection-budget.ts'
import { openPostgres } from './postgres/open-postgres.ts'
import { asFullDisk } from './sqlite/full-disk.ts'
import { openSqlite } from './sqlite/open-sqlite.ts'
import type { Store } from './store.ts'

export interface StoreOptions {
  /** Address of the PostgreSQL database. Without it, the embedded database in `dataDir` is used. */
  databaseUrl?: string | undefined
  dataDir: string
  /**
   * WEBUI_SECRET_KEY; the encryption key of provider keys is derived from it. Null: `installations.agreeOnSecret` sets
   * it.
   */
  secret: string | null
  clock: Clock
  logger: Logger
  /** False: reject an outdated schema instead of bringing it up to date. Default true. */
  migrate?: boolean
  /** Maximum number of connections from this process to PostgreSQL. Default 10. */
  poolSize?: number
  /** Deadlines, ms. Default 2,000 to connect or to get a connection from the pool, 5,000 for a statement. */
  connectMs?: number
  statementMs?: number
  /** Receives warnings about a store that works but should be looked at. Default: the logger. */
  warn?: (sentence: string) => void
}

/**
 * Opens the store and brings its schema up to date; does not retry. Rejects with `StoreLocked` (another process has the
 * data folder open), `SchemaMismatch` (this version or the database is too old), `StoreError` (the database is
 * unavailable; `connectStore` retries), or an Error whose message says what is wrong and what to do.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const warn = options.warn ?? ((sentence: string) => options.logger.warn(sentence))
  const troubles = new StoreTroubles(options.clock, options.logger)
  const { engine, check } = openEngine(options, { warn, troubles })
  try {
    await migrate(engine, { apply: options.migrate ?? true })
    await beginEpochIfCopied(engine, { dataDir: options.dataDir, warn })
    await check()
    return createStore({ engine, secret: options.secret, warn, clock: options.clock, troubles })
  } catch (error) {
    await engine.close()
    throw error
  }
}

function openEngine(
  options: StoreOptions,
  { warn, troubles }: { warn: (sentence: string) => void; troubles: StoreTroubles },
): { engine: Engine; check: () => Promise<void> } {
  const { databaseUrl, dataDir, clock, logger, statementMs = 5000 } = options
  if (databaseUrl === undefined) {
    try {
      return { engine: openSqlite({ dataDir, clock, troubles, statementMs, warn }), check: async () => {} }
    } catch (error) {
      throw asFullDisk(error, dataDir)
    }
  }
  const { poolSize = 10, connectMs = 2000 } = options
  const engine = openPostgres({ databaseUrl, clock, logger, troubles, statementMs, connectMs, poolSize })
  return { engine, check: () => checkConnectionBudget(engine, { poolSize, warn }) }
}
