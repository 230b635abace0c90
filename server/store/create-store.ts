import { sql } from 'kysely'
import type { Clock } from '../base/index.ts'
import type { Engine } from './engine/engine.ts'
import { createWriteProbe } from './engine/probe-writes.ts'
import type { StoreTroubles } from './engine/store-troubles.ts'
import { createApiKeys } from './queries/api-keys.ts'
import { createChats } from './queries/chats/chats.ts'
import { createConnections } from './queries/connections.ts'
import { createEpochs } from './queries/epochs.ts'
import { createInstallations } from './queries/installations.ts'
import { createInstances } from './queries/instances.ts'
import { createJobs } from './queries/jobs.ts'
import { createRevisions } from './queries/revisions.ts'
import { createFolders } from './queries/folders.ts'
import { createRuns } from './queries/runs/runs.ts'
import { createSessions } from './queries/sessions.ts'
import { createSettings } from './queries/settings.ts'
import { createUsers } from './queries/users.ts'
import { createSearchIndex } from './search/create-search-index.ts'
import { SecretBox } from './secret-box.ts'
import type { Store } from './store.ts'

export interface StoreParts {
  engine: Engine
  /** Null until the instances have agreed on a secret. */
  secret: string | null
  warn: (sentence: string) => void
  clock: Clock
  troubles: StoreTroubles
}

export function createStore({ engine, secret, warn, clock, troubles }: StoreParts): Store {
  const probeWrites = createWriteProbe(engine, troubles, clock)
  let box = secret === null ? undefined : new SecretBox(secret)
  return {
    kind: engine.kind,
    users: createUsers(engine),
    sessions: createSessions(engine),
    apiKeys: createApiKeys(engine),
    connections: createConnections({
      engine,
      warn,
      box: () => {
        if (box) return box
        throw new Error('connections need a secret: set WEBUI_SECRET_KEY, or call agreeOnSecret first')
      },
    }),
    chats: createChats(engine),
    folders: createFolders(engine),
    searchIndex: createSearchIndex(engine, clock),
    runs: createRuns(engine),
    instances: createInstances(engine),
    revisions: createRevisions(engine),
    installations: createInstallations(engine, (agreed) => {
      box ??= new SecretBox(agreed)
    }),
    epochs: createEpochs(engine),
    jobs: createJobs(engine),
    settings: createSettings(engine),
    now: () =>
      engine.run(async (db) => {
        const { rows } = await sql<{ now: number }>`select ${engine.now} as now`.execute(db)
        return Number(rows[0]?.now)
      }),
    ping: () =>
      engine.run(async (db) => {
        // Changes no row, but is refused wherever a write would be: a session that can read may still be read-only.
        await sql`delete from ${engine.table('instance')} where false`.execute(db)
      }),
    async degraded() {
      await probeWrites()
      return troubles.findings()
    },
    close: () => engine.close(),
  }
}
