import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { silentLogger } from '../base/index.ts'
import type { Clock } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { openStore } from '../store/index.ts'
import { describeAdministration } from './administration.contract.ts'
import { describeBrowserSessions } from './browser-sessions.contract.ts'
import { describeGivenPasswords } from './given-passwords.contract.ts'
import { describeRevocation } from './revocation.contract.ts'
import { describeSignIn } from './sign-in.contract.ts'

async function openSqlite(clock: Clock): Promise<Store> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shoal-accounts-'))
  const store = await openStore({ dataDir, secret: 'tests', clock, logger: silentLogger })
  onTestFinished(async () => {
    await store.close()
    rmSync(dataDir, { recursive: true })
  })
  return store
}

describeSignIn('SQLite', openSqlite)
describeRevocation('SQLite', openSqlite)
describeAdministration('SQLite', openSqlite)
describeBrowserSessions('SQLite', openSqlite)
describeGivenPasswords('SQLite', openSqlite)
