import { newId, silentLogger, systemClock } from '../../server/base/index.ts'
import type { Chat, ChatPorts } from '../../server/chat/index.ts'
import { openStore } from '../../server/store/index.ts'
import type { Store } from '../../server/store/index.ts'
import { startPostgresServer } from './postgres-server.ts'
import type { ModelCatalogue } from '../../server/upstream/index.ts'
import { untestedCatalogue, RunOwners } from './run-owners.ts'
import type { RunOwner } from './run-owners.ts'
import { readScriptedWords, startScriptedProvider } from './scripted-provider.ts'
import type { ScriptedProvider } from './scripted-provider.ts'
import { givenUser } from './store-fixture.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { expect } from 'vitest'

/** A store, a provider and owners of runs, with helpers for tests of the design rules. */
export interface RunTrial {
  store: Store
  /** The URL of the store's database, for direct queries; empty for an embedded store. */
  databaseUrl: string
  provider: ScriptedProvider
  userId: string
  owner(change?: Partial<ChatPorts>): RunOwner
  /** Stops all activity of an owner, as `kill -9` does. */
  kill(owner: RunOwner): void
  start(from: RunOwner, model?: string): ReturnType<Chat['startRun']>
  /** Waits for the end of the run. */
  ended(runId: string, ms?: number): Promise<{ text: string; status: string; attempt: number }>
  /** Waits until at least this number of units is saved. */
  written(runId: string, min: number): Promise<void>
  untestedCatalogue(): ModelCatalogue
  /** Stops all owners. */
  stopOwners(): void
  stop(): Promise<void>
}

/** `embedded` uses SQLite, which needs no server. */
export async function startRunTrial({ embedded = false } = {}): Promise<RunTrial> {
  const postgres = embedded ? undefined : await startPostgresServer()
  const folder = embedded ? await temporaryFolder('run-trial') : undefined
  const provider = await startScriptedProvider({
    words: { words: 60, wordsPerSecond: 30 },
    long: { words: 240, wordsPerSecond: 30 },
    restarts: { words: 60, wordsPerSecond: 30, continues: 'none' },
    hangs: { words: 60, wordsPerSecond: 30, fault: { after: 12, how: 'hang' } },
  })
  const databaseUrl = await postgres?.createDatabase()
  const store = await openStore({
    databaseUrl,
    dataDir: folder?.path ?? '/nonexistent',
    secret: 'a secret of the tests',
    clock: systemClock,
    logger: silentLogger,
  })
  const userId = (await givenUser(store)).id
  const owners = new RunOwners(store, provider.v1)
  return {
    store,
    databaseUrl: databaseUrl ?? '',
    provider,
    userId,
    owner: (change) => owners.add(change),
    kill: (owner) => owners.kill(owner),
    start: (from, model = 'words') =>
      from.chat.startRun(userId, { clientId: newId(), model, text: `question ${newId()}` }),
    async ended(runId, ms = 20_000) {
      await expect
        .poll(async () => (await store.runs.read(runId))?.status, { timeout: ms, interval: 50 })
        .not.toBe('running')
      const row = await store.runs.readWithText(runId)
      return { text: row!.text, status: row!.status, attempt: row!.attempt }
    },
    async written(runId, min) {
      await expect
        .poll(async () => (await store.runs.read(runId))?.saved ?? 0, { timeout: 10_000, interval: 30 })
        .toBeGreaterThanOrEqual(min)
    },
    untestedCatalogue: () => untestedCatalogue(provider.v1),
    stopOwners: () => owners.stop(),
    async stop() {
      owners.stop()
      await store.close()
      await provider.close()
      await postgres?.stop()
      await folder?.remove()
    },
  }
}

/** The calls of the scripted provider that wrote the text. */
export const callsOf = (text: string): number[] => readScriptedWords(text).calls
