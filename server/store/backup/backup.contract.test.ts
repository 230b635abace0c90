import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync, gzipSync } from 'node:zlib'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startPostgresServer } from '../../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../../test/support/postgres-server.ts'
import { snapshotStore, withRunsInterrupted } from '../../../test/support/snapshot-store.ts'
import { ended, givenRun, givenUser, part } from '../../../test/support/store-fixture.ts'
import { silentLogger, sleep, systemClock } from '../../base/index.ts'
import { openStore, restoreBackup, StoreLocked, writeBackup } from '../index.ts'
import type { Store } from '../index.ts'

const base = { clock: systemClock, logger: silentLogger }

interface Where {
  dataDir: string
  databaseUrl: string | null
}

let server: PostgresServer
let folder: string
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-backup-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

const places = {
  sqlite: async (): Promise<Where> => ({
    dataDir: mkdtempSync(join(folder, 'data-')),
    databaseUrl: null,
  }),
  postgres: async (): Promise<Where> => ({ dataDir: folder, databaseUrl: await server.createDatabase() }),
}
type Kind = keyof typeof places

async function open({ dataDir, databaseUrl }: Where): Promise<Store> {
  const store = await openStore({ ...base, dataDir, databaseUrl: databaseUrl ?? undefined, secret: 'kept' })
  onTestFinished(() => store.close())
  return store
}

const save = (where: Where, file: string, secret: string | null = null): ReturnType<typeof writeBackup> =>
  writeBackup({ ...base, ...where, file, version: '1.2.3', secretWith: () => secret })

const restore = (
  where: Where,
  file: string,
  about: Partial<Parameters<typeof restoreBackup>[0]> = {},
): ReturnType<typeof restoreBackup> =>
  restoreBackup({
    ...base,
    ...where,
    file,
    replace: false,
    asCopy: false,
    fingerprint: null,
    keepSecret: () => {},
    ...about,
  })

/** Changes a checksum, as if another commit had a different migration of this number. */
async function spoilChecksum({ dataDir, databaseUrl }: Where): Promise<void> {
  const set = `update ${databaseUrl === null ? '' : 'shoal.'}schema_migration set checksum = '00000000' where number = 1`
  if (databaseUrl === null) {
    const database = new DatabaseSync(join(dataDir, 'shoal.db'))
    database.exec(set)
    database.close()
    return
  }
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(set)
  await client.end()
}

async function fill(store: Store): Promise<string> {
  const user = await givenUser(store, { role: 'admin' })
  for (let n = 0; n < 12; n++) {
    const { ids, run } = await givenRun(store, user.id)
    await ended(store, run, `answer ${n} 😀 "quoted"\n`)
    if (n % 3 === 0) await givenRun(store, user.id, { form: { chatId: ids.chatId, parentId: ids.messageId } })
  }
  const { run } = await givenRun(store, user.id, { stop: true })
  await store.runs.save([part(run, 0, 'half an ans')])
  await store.connections.create({
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
  const { revision } = await store.settings.read()
  await store.settings.write({
    set: [{ name: 'a', value: '1' }],
    unset: [],
    basedOn: revision,
    by: 'me',
    at: 1,
  })
  await store.installations.register('print')
  return user.id
}

describe.each<[Kind, Kind]>([
  ['sqlite', 'sqlite'],
  ['postgres', 'postgres'],
  ['sqlite', 'postgres'],
  ['postgres', 'sqlite'],
])('from %s to %s', (from, to) => {
  test('everything is restored, and the target works', async () => {
    const store = await open(await places[from]())
    const where = await places[from]()
    const source = await open(where)
    const userId = await fill(source)
    await fill(store)
    const file = join(folder, 'all.backup')
    const before = await snapshotStore(source, userId)
    const saved = await save(where, file)
    expect(saved).toContainEqual({ table: 'chat', rows: 13 })
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const target = await places[to]()
    const { tables } = await restore(target, file)
    expect(tables).toEqual(saved)
    const restored = await open(target)
    expect(await snapshotStore(restored, userId)).toEqual(withRunsInterrupted(before))
    expect((await givenRun(restored, userId)).run.status).toBe('running')
    expect(await snapshotStore(source, userId)).toEqual(before)
  })
})

describe.each<Kind>(['sqlite', 'postgres'])('%s', (kind) => {
  test('a backup under load is consistent: it has all earlier chats, no later ones, and only complete ones', async () => {
    const where = await places[kind]()
    const store = await open(where)
    const user = await givenUser(store)
    for (let n = 0; n < 200; n++) await givenRun(store, user.id)
    const before: string[] = []
    const after: string[] = []
    let list = before
    const over = new AbortController()
    const load = Promise.all(
      [1, 2].map(async () => {
        while (!over.signal.aborted) {
          // A chat belongs to a list only if it begins and ends on the same side of the backup.
          const mine = list
          const { ids, run } = await givenRun(store, user.id)
          await ended(store, run, 'under load')
          if (list === mine) mine.push(ids.chatId)
          await sleep(1)
        }
      }),
    )
    while (before.length < 20) await sleep(5)
    list = []
    const file = join(folder, 'load.backup')
    await save(where, file)
    list = after
    while (after.length < 5) await sleep(5)
    over.abort()
    await load

    const target = await places[kind]()
    const { tables } = await restore(target, file)
    const rows = (name: string): number => tables.find(({ table }) => table === name)?.rows ?? -1
    expect(rows('message')).toBe(2 * rows('chat'))
    expect(rows('run')).toBe(rows('chat'))
    const restored = await open(target)
    for (const id of before) {
      const tree = await restored.chats.tree(id, user.id)
      expect(tree?.messages.map(({ text }) => text)).toEqual(['What is a shoal?', 'under load'])
    }
    for (const id of after) expect(await restored.chats.get(id, user.id)).toBeUndefined()
  })

  test('a target with accounts is refused and not changed, unless it is to be replaced', async () => {
    const source = await places[kind]()
    await fill(await open(source))
    const file = join(folder, 'one.backup')
    await save(source, file)
    const target = await places[kind]()
    const store = await openStore({
      ...base,
      ...target,
      databaseUrl: target.databaseUrl ?? undefined,
      secret: 'kept',
    })
    const theirs = await givenUser(store)
    if (kind === 'sqlite') await expect(restore(target, file)).rejects.toThrow(StoreLocked)
    await store.close()
    await expect(restore(target, file)).rejects.toThrow(/already holds.*--replace/)
    const again = await open(target)
    expect((await again.users.list({ limit: 9 })).items).toEqual([theirs])
    await again.close()
    await restore(target, file, { replace: true })
    const replaced = await open(target)
    expect((await replaced.users.list({ limit: 9 })).items.map(({ role }) => role)).toEqual(['admin'])
    expect(await replaced.users.byId(theirs.id)).toBeUndefined()
  })

  test('a file that is incomplete, changed or not a backup is refused, and nothing is kept', async () => {
    const source = await places[kind]()
    await fill(await open(source))
    const file = join(folder, 'good.backup')
    await save(source, file)
    await expect(save(source, file)).rejects.toThrow(/already exists/)
    const target = await places[kind]()
    const lines = gunzipSync(readFileSync(file)).toString().split('\n').filter(Boolean)
    const bad = join(folder, 'bad.backup')
    const refuse = async (text: string[], reason: RegExp): Promise<void> => {
      writeFileSync(bad, gzipSync(text.map((line) => `${line}\n`).join('')))
      await expect(restore(target, bad)).rejects.toThrow(reason)
    }
    await refuse(lines.slice(0, -1), /damaged or incomplete/)
    await refuse(lines.slice(0, 9), /damaged or incomplete/)
    await refuse(
      lines.map((line) => line.replace('half an ans', 'other words')),
      /table run_part.*nothing was kept/,
    )
    await refuse(lines.toSpliced(1, 1), /table account.*nothing was kept/)
    await refuse([], /is not a backup of Shoal/)
    await refuse(['{"shoal":"backup","format":2}'], /is not a backup of Shoal/)
    await refuse([lines[0]!.replace(/"schema":\d+/, '"schema":999')], /Shoal 1\.2\.3 or later/)
    writeFileSync(bad, readFileSync(file))
    truncateSync(bad, statSync(file).size - 20)
    await expect(restore(target, bad)).rejects.toThrow(/damaged or incomplete/)
    await expect(restore(target, join(folder, 'nowhere'))).rejects.toThrow(/ENOENT/)
    expect((await (await open(target)).users.list({ limit: 9 })).items).toEqual([])
  })

  test('O15: the checksums of its migrations show that a backup belongs to another commit', async () => {
    const source = await places[kind]()
    await fill(await open(source))
    const file = join(folder, 'other.backup')
    await save(source, file)
    const [head = '', ...rest] = gunzipSync(readFileSync(file)).toString().split('\n')
    const rewrite = (text: string): void => writeFileSync(file, gzipSync([text, ...rest].join('\n')))

    rewrite(head.replace(/"checksum":"\w{8}/, '"checksum":"00000000'))
    await expect(restore(await places[kind](), file)).rejects.toThrow(
      /the backup was made by another commit: its migration 1 \(initial, 00000000\) is not .*; restore it with Shoal 1\.2\.3/,
    )
    rewrite(head.replace(/"steps":\[.*?\],/, ''))
    expect((await restore(await places[kind](), file)).tables).toContainEqual({ table: 'chat', rows: 13 })
  })

  test('O15: data of another commit is not backed up as if it were data of this commit', async () => {
    const source = await places[kind]()
    const store = await open(source)
    await store.close()
    await spoilChecksum(source)
    await expect(save(source, join(folder, 'none.backup'))).rejects.toThrow(
      /the data was made by another commit: its migration 1 .*; use the version that serves it/,
    )
  })

  test('a generated secret is included; a secret from the environment has to be the same', async () => {
    const source = await places[kind]()
    const store = await open(source)
    await store.installations.register('print')
    if (kind === 'postgres') await store.installations.agreeOnSecret('generated')
    const file = join(folder, 'secret.backup')
    await save(source, file, 'generated')
    for (const to of ['sqlite', 'postgres'] as const) {
      const kept: string[] = []
      const keepSecret = (secret: string): void => void kept.push(secret)
      const target = await places[to]()
      expect((await restore(target, file, { keepSecret })).secret).toBe('kept')
      expect(kept).toEqual(to === 'sqlite' ? ['generated'] : [])
      const restored = await open(target)
      const agreed = await restored.installations.agreeOnSecret('another')
      expect(agreed).toBe(to === 'sqlite' ? 'another' : 'generated')
    }
    const other = restore(await places[kind](), file, { fingerprint: 'another' })
    await expect(other).rejects.toThrow(/WEBUI_SECRET_KEY is not the one/)
    expect((await restore(await places[kind](), file, { fingerprint: 'print' })).secret).toBe('kept')
  })

  test('without a secret, the result says that one is needed', async () => {
    const source = await places[kind]()
    const store = await open(source)
    await store.installations.register('print')
    const file = join(folder, 'without.backup')
    await save(source, file)
    expect((await restore(await places[kind](), file)).secret).toBe('needed')
  })
})

test('without an installation, there is nothing to back up', async () => {
  await expect(save({ dataDir: folder, databaseUrl: null }, join(folder, 'x'))).rejects.toThrow(
    /no installation in .*--data/,
  )
  expect(() => statSync(join(folder, 'x'))).toThrow('ENOENT')
})
