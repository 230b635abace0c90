import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { startPostgresServer } from '../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../test/support/postgres-server.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { describeIndexing } from '../shared-state/index-messages.contract.ts'
import type { Engine } from './engine/engine.ts'
import { describeMigrate } from './migrate.contract.ts'
import type { EmptyDatabase } from './migrate.contract.ts'
import { openPostgres } from './postgres/open-postgres.ts'
import { describeQueryPlans } from './query-plans.contract.ts'
import { describeSearchIndex } from './search-index.contract.ts'
import { openSqlite } from './sqlite/open-sqlite.ts'
import { describeTables } from './tables.contract.ts'
import { describeVisibleWords } from './visible-words.contract.ts'

const base = { clock: systemClock, logger: silentLogger, statementMs: 5000 }

const sqlite = async (): Promise<EmptyDatabase> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shoal-engine-'))
  const engine = openSqlite({ ...base, dataDir, warn: () => {} })
  return {
    engine,
    another: () => engine,
    close: async () => {
      await engine.close()
      rmSync(dataDir, { recursive: true })
    },
  }
}

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())

const postgres = async (): Promise<EmptyDatabase> => {
  const databaseUrl = await server.createDatabase()
  const opened: Engine[] = []
  const open = (): Engine => {
    const engine = openPostgres({ ...base, databaseUrl, poolSize: 2, connectMs: 5000 })
    opened.push(engine)
    return engine
  }
  return {
    engine: open(),
    another: open,
    close: async () => {
      await Promise.all(opened.map((engine) => engine.close()))
    },
  }
}

describeMigrate('SQLite', sqlite)
describeMigrate('PostgreSQL', postgres)
describeVisibleWords('SQLite', sqlite)
describeVisibleWords('PostgreSQL', postgres)
describeSearchIndex('SQLite', sqlite)
describeSearchIndex('PostgreSQL', postgres)
describeIndexing('SQLite', sqlite)
describeIndexing('PostgreSQL', postgres)
describeTables('SQLite', sqlite)
describeTables('PostgreSQL', postgres)
describeQueryPlans('SQLite', sqlite)
describeQueryPlans('PostgreSQL', postgres)
