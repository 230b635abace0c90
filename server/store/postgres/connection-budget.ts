import { sql } from 'kysely'
import type { PostgresEngine } from './open-postgres.ts'

/** An instance counts as running if its last heartbeat is not older than this, ms. */
const aliveMs = 10_000

interface Budget {
  maxConnections: number
  reserved: number
  others: number
}

/**
 * Warns if the pools of all instances exceed the server's limit. Not checked behind a pooler, which has its own limit.
 */
export async function checkConnectionBudget(
  engine: PostgresEngine,
  { poolSize, warn }: { poolSize: number; warn: (sentence: string) => void },
): Promise<void> {
  const { rows } = await engine.run((db) =>
    sql<Budget>`
      select current_setting('max_connections')::int as "maxConnections",
        current_setting('superuser_reserved_connections')::int as reserved,
        (select count(*) from ${engine.table('instance')} where beat_at > ${engine.now} - ${aliveMs}::bigint) as others`.execute(
      db,
    ),
  )
  const [budget] = rows
  if (!budget || engine.pooled()) return
  const instances = budget.others + 1
  const free = budget.maxConnections - budget.reserved
  if (instances * poolSize <= free) return
  warn(
    `${instances} instances with a pool of ${poolSize} connections each exceed the limit of PostgreSQL, which allows ${free}: lower DATABASE_POOL_SIZE, raise max_connections, or use PgBouncer`,
  )
}
