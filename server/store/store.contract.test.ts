import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { startPostgresServer } from '../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../test/support/postgres-server.ts'
import type { MakeStore } from '../../test/support/store-fixture.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { openStore } from './index.ts'
import type { Store } from './index.ts'
import { describeChats } from './chats.contract.ts'
import { describeConnections } from './connections.contract.ts'
import { describeExports } from './exports.contract.ts'
import { describeFleet } from './fleet.contract.ts'
import { describeFolders } from './folders.contract.ts'
import { describeForks } from './forks.contract.ts'
import { describeRunDeaths } from './run-deaths.contract.ts'
import { describeRunRaces } from './run-races.contract.ts'
import { describeRunStarts } from './run-starts.contract.ts'
import { describeRuns } from './runs.contract.ts'
import { describeSearch } from './search.contract.ts'
import { describeSessions } from './sessions.contract.ts'
import { describeUsers } from './users.contract.ts'

const base = { secret: 'a secret of the tests', clock: systemClock, logger: silentLogger }

const sqlite: MakeStore = async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shoal-store-'))
  const store = await openStore({ ...base, dataDir })
  return {
    store,
    another: async () => store,
    close: async () => {
      await store.close()
      rmSync(dataDir, { recursive: true })
    },
  }
}

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())

const postgres: MakeStore = () => postgresWith('')

async function postgresWith(options: string): ReturnType<MakeStore> {
  const databaseUrl = await server.createDatabase(options)
  const opened: Store[] = []
  const open = async (): Promise<Store> => {
    const store = await openStore({ ...base, dataDir: '', databaseUrl, poolSize: 4 })
    opened.push(store)
    return store
  }
  return {
    store: await open(),
    another: open,
    close: async () => {
      await Promise.all(opened.map((store) => store.close()))
    },
  }
}

for (const [name, make] of [
  ['SQLite', sqlite],
  ['PostgreSQL', postgres],
] as const) {
  describeUsers(name, make)
  describeSessions(name, make)
  describeFleet(name, make)
  describeFolders(name, make)
  describeConnections(name, make)
  describeChats(name, make)
  describeExports(name, make)
  describeForks(name, make)
  describeSearch(name, make)
  describeRunStarts(name, make)
  describeRuns(name, make)
  describeRunRaces(name, make)
  describeRunDeaths(name, make)
}
describeSearch('PostgreSQL in the locale C', () =>
  postgresWith(`template template0 locale 'C' encoding 'UTF8'`),
)
// The encoding that initdb chooses for the locale C by default.
describeSearch('PostgreSQL in SQL_ASCII', () =>
  postgresWith(`template template0 locale 'C' encoding 'SQL_ASCII'`),
)
