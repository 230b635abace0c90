import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startPostgresServer } from '../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../test/support/postgres-server.ts'
import { snapshotStore, withRunsInterrupted } from '../../test/support/snapshot-store.ts'
import { ended, givenRun, givenUser, messageRequest, part } from '../../test/support/store-fixture.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { copyStore, openStore, StoreLocked } from './index.ts'

const base = { secret: 'kept', clock: systemClock, logger: silentLogger }

let server: PostgresServer
let dataDir: string
let databaseUrl: string
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'shoal-copy-'))
  databaseUrl = await server.createDatabase()
})
afterEach(() => rmSync(dataDir, { recursive: true }))

const copy = async (): Promise<{ table: string; rows: number }[]> =>
  (await copyStore({ ...base, dataDir, databaseUrl, secretWith: () => null, fingerprint: null })).tables

describe('copyStore', () => {
  test('copies everything, ends unfinished answers as interrupted, and leaves the source unchanged', async () => {
    const embedded = await openStore({ ...base, dataDir })
    const user = await givenUser(embedded, { role: 'admin' })
    for (let n = 0; n < 30; n++) {
      const { ids, run } = await givenRun(embedded, user.id)
      await ended(embedded, run, `answer ${n} 😀`)
      if (n % 3 === 0)
        await givenRun(embedded, user.id, { form: { chatId: ids.chatId, parentId: ids.messageId } })
    }
    const { run } = await givenRun(embedded, user.id, { stop: true })
    await embedded.runs.save([part(run, 0, 'half an ans')])
    await embedded.connections.create({
      id: 'c',
      kind: 'openai',
      name: 'n',
      baseUrl: 'http://x',
      key: 'sk-1',
      prefix: '',
      enabled: false,
      order: 1,
      continues: 'auto',
      modelIds: [],
    })
    const { revision } = await embedded.settings.read()
    await embedded.settings.write({
      set: [{ name: 'a', value: '1' }],
      unset: [],
      basedOn: revision,
      by: 'me',
      at: 1,
    })
    const before = await snapshotStore(embedded, user.id)
    await expect(copy()).rejects.toThrow(StoreLocked)
    await embedded.close()

    const counts = await copy()
    expect(counts).toContainEqual({ table: 'chat', rows: 31 })
    const moved = await openStore({ ...base, dataDir: '', databaseUrl })
    expect(await snapshotStore(moved, user.id)).toEqual(withRunsInterrupted(before))
    expect(await moved.runs.readWithText(run.id)).toMatchObject({
      text: 'half an ans',
      status: 'interrupted',
    })
    expect((await moved.runs.start(messageRequest(user.id))).kind).toBe('started')
    await moved.close()
    const again = await openStore({ ...base, dataDir })
    expect(await snapshotStore(again, user.id)).toEqual(before)
    await again.close()
  })

  test('a database with accounts is refused and not changed', async () => {
    const embedded = await openStore({ ...base, dataDir })
    await givenUser(embedded)
    await embedded.close()
    const target = await openStore({ ...base, dataDir: '', databaseUrl })
    const theirs = await givenUser(target)
    await expect(copy()).rejects.toThrow(/already holds an installation.*empty database/)
    expect((await target.users.list({ limit: 9 })).items).toEqual([theirs])
    await target.close()
  })
})
