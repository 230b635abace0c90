import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { silentLogger } from '../base/index.ts'
import type { Clock } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { openStore } from '../store/index.ts'
import { startPostgresServer } from '../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../test/support/postgres-server.ts'
import { describeAdministration } from './administration.contract.ts'
import { describeBrowserSessions } from './browser-sessions.contract.ts'
import { describeGivenPasswords } from './given-passwords.contract.ts'
import { describeRevocation } from './revocation.contract.ts'
import { describeSignIn } from './sign-in.contract.ts'

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(async () => {
  await server?.stop()
})

async function openPostgres(clock: Clock): Promise<Store> {
  const databaseUrl = await server.createDatabase()
  const store = await openStore({
    databaseUrl,
    dataDir: '/nonexistent',
    secret: 'tests',
    clock,
    logger: silentLogger,
    poolSize: 4,
  })
  onTestFinished(() => store.close())
  return store
}

describeSignIn('PostgreSQL', openPostgres)
describeRevocation('PostgreSQL', openPostgres)
describeAdministration('PostgreSQL', openPostgres)
describeBrowserSessions('PostgreSQL', openPostgres)
describeGivenPasswords('PostgreSQL', openPostgres)
