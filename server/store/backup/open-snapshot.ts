import type { Clock, Logger } from '../../base/index.ts'
import { SchemaMismatch } from '../migrate.ts'
import { migrations } from '../migrations/all.ts'
import { describeForeignStep } from '../migrations/applied-step.ts'
import type { AppliedStep } from '../migrations/applied-step.ts'
import { openPostgres } from '../postgres/open-postgres.ts'
import { openPostgresSnapshot } from './postgres-snapshot.ts'
import type { Snapshot } from './snapshot.ts'
import { openSqliteSnapshot } from './sqlite-snapshot.ts'

/** The location of an installation. */
export interface Place {
  dataDir: string
  /** Address of the PostgreSQL database; null: the embedded database in `dataDir`. */
  databaseUrl: string | null
  clock: Clock
  logger: Logger
}

/** Reading a whole table may take long, and a copy waits for transactions that have locked a table. */
export const movingDeadlines = { statementMs: 60_000, connectMs: 5000 }

/** Opens a consistent snapshot. Rejects with SchemaMismatch if the data belongs to another version of Shoal. */
export async function openSnapshot({ dataDir, databaseUrl, clock, logger }: Place): Promise<Snapshot> {
  const snapshot =
    databaseUrl === null
      ? openSqliteSnapshot(dataDir)
      : await openPostgresSnapshot(
          openPostgres({ databaseUrl, clock, logger, ...movingDeadlines, poolSize: 1 }),
        )
  const problem = problemOf(snapshot.steps)
  if (problem === undefined) return snapshot
  await snapshot.close()
  throw new SchemaMismatch(problem)
}

function problemOf(steps: readonly AppliedStep[]): string | undefined {
  const foreign = describeForeignStep(steps, migrations)
  if (foreign !== undefined)
    return `the data was made by another commit: ${foreign}; use the version that serves it`
  const mine = migrations.at(-1)?.number ?? 0
  const found = steps.at(-1)?.number ?? 0
  if (found === mine) return undefined
  return found < mine
    ? `the data is at schema ${found} and this version works with ${mine}: run \`shoal migrate\` first`
    : `the data is at schema ${found} and this version knows ${mine} at most: use the version that serves it`
}
