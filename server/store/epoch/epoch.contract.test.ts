import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startPostgresServer } from '../../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../../test/support/postgres-server.ts'
import { givenRun, givenUser, part } from '../../../test/support/store-fixture.ts'
import { newId, silentLogger, systemClock } from '../../base/index.ts'
import { openStore, restoreBackup, writeBackup } from '../index.ts'
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
  folder = mkdtempSync(join(tmpdir(), 'shoal-epoch-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

const places = {
  sqlite: async (): Promise<Where> => ({ dataDir: mkdtempSync(join(folder, 'data-')), databaseUrl: null }),
  postgres: async (): Promise<Where> => ({ dataDir: folder, databaseUrl: await server.createDatabase() }),
}
type Kind = keyof typeof places

async function open(
  { dataDir, databaseUrl }: Where,
  warnings: string[] = [],
): Promise<Store & { closed(): Promise<void> }> {
  const store = await openStore({
    ...base,
    dataDir,
    databaseUrl: databaseUrl ?? undefined,
    secret: 'kept',
    warn: (sentence) => warnings.push(sentence),
  })
  let closing: Promise<void> | undefined
  const closed = (): Promise<void> => (closing ??= store.close())
  onTestFinished(closed)
  return { ...store, closed }
}

const restore = (where: Where, file: string, about: { replace?: boolean; asCopy?: boolean } = {}) =>
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

async function save(where: Where): Promise<string> {
  const file = join(folder, `${newId()}.backup`)
  await writeBackup({ ...base, ...where, file, version: '1.2.3', secretWith: () => null })
  return file
}

async function admin(databaseUrl: string | null): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl ?? '' })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}

/** Creates a user with a session, an API key, an unfinished answer and a waiting job. */
async function inUse(store: Store) {
  const user = await givenUser(store)
  const session = {
    id: newId(),
    userId: user.id,
    epoch: user.tokenEpoch,
    device: '',
    address: '',
    createdAt: 1,
    lastUsedAt: 1,
    expiresAt: null,
  }
  await store.sessions.create(session)
  const key = { id: newId(), name: 'script', hash: newId(), hint: 'sk-', createdAt: 1, lastUsedAt: null }
  await store.apiKeys.create({ ...key, userId: user.id, expiresAt: null, suspended: false })
  const { run } = await givenRun(store, user.id, { owner: 'original' })
  await store.runs.save([part(run, 0, 'half an ans')])
  await store.jobs.add({ id: newId(), kind: 'title', key: 'k', payload: '{}', inMs: 0 })
  return { user, session, hash: key.hash, run }
}

const orphans = (store: Store) =>
  store.runs.claimSome({
    me: 'copy',
    dead: ['original', ''],
    limit: 9,
    first: [],
    leaseMs: 0,
    graceMs: 0,
  })
const work = (store: Store) => store.jobs.claim({ me: 'copy', kinds: ['title'], limit: 9, leaseMs: 1000 })

/** Expects that nothing is left to send to a provider, and that the old session and API key are not valid. */
async function expectInactive(store: Store, { session, hash, run }: Awaited<ReturnType<typeof inUse>>) {
  expect(await orphans(store)).toEqual([])
  expect(await store.runs.listOwners()).toEqual([])
  expect(await store.runs.readWithText(run.id)).toMatchObject({ status: 'interrupted', text: 'half an ans' })
  expect(await work(store)).toEqual([])
  expect(await store.sessions.withUser(session.id)).toBeUndefined()
  expect((await store.apiKeys.byHash(hash))?.key.suspended).toBe(true)
}

describe.each<Kind>(['sqlite', 'postgres'])('%s', (kind) => {
  test('O13: a backup taken during an answer is inactive when restored, until it is confirmed', async () => {
    const original = await places[kind]()
    const store = await open(original)
    const used = await inUse(store)
    const place = await places[kind]()
    const { stopped } = await restore(place, await save(original))
    expect(stopped).toEqual({ runs: 1, sessions: 1, apiKeys: 1, jobs: 1 })
    const copy = await open(place)
    await expectInactive(copy, used)
    const { reason, unconfirmed } = await copy.epochs.read()
    expect({ reason, unconfirmed }).toEqual({ reason: 'restored', unconfirmed: { apiKeys: 1, jobs: 1 } })

    expect(await copy.epochs.confirm()).toEqual({ apiKeys: 1, jobs: 1 })
    expect((await copy.apiKeys.byHash(used.hash))?.key.suspended).toBe(false)
    expect(await work(copy)).toHaveLength(1)
    expect(await copy.sessions.withUser(used.session.id)).toBeUndefined()

    // The original still works.
    expect((await store.runs.save([part(used.run, 11, 'wer')])).size).toBe(1)
    expect(await store.sessions.withUser(used.session.id)).toBeDefined()
  })

  test('O14: restoring a backup does not bring back a session that ended after it', async () => {
    const place = await places[kind]()
    const store = await open(place)
    const used = await inUse(store)
    const file = await save(place)
    await store.sessions.end(used.session.id, used.user.id)
    await store.apiKeys.delete((await store.apiKeys.ofUser(used.user.id))[0]?.id ?? '', used.user.id)
    await store.closed()
    await restore(place, file, { replace: true })
    await expectInactive(await open(place), used)
  })

  test('O13: the provider connections of a backup that is restored as a copy are disabled', async () => {
    const original = await places[kind]()
    const store = await open(original)
    const about = { kind: 'openai', name: 'n', baseUrl: 'http://x', key: null, prefix: '' } as const
    await store.connections.create({
      id: 'c',
      ...about,
      enabled: true,
      order: 0,
      continues: 'auto',
      modelIds: [],
    })
    const file = await save(original)
    const [beside, copy] = [await places[kind](), await places[kind]()]
    expect((await restore(beside, file)).disabledConnections).toBe(0)
    expect((await restore(copy, file, { asCopy: true })).disabledConnections).toBe(1)
    const enabled = async (where: Where) =>
      (await (await open(where)).connections.list()).map((one) => one.enabled)
    expect(await enabled(beside)).toEqual([true])
    expect(await enabled(copy)).toEqual([false])
  })

  test('O13: after the confirmation, work that was queued again meanwhile is not done twice', async () => {
    const place = await places[kind]()
    const store = await open(place)
    await inUse(store)
    await store.epochs.begin('operator')
    await store.jobs.add({ id: newId(), kind: 'title', key: 'k', payload: '{}', inMs: 0 })
    await store.epochs.begin('operator')
    expect(await store.epochs.confirm()).toEqual({ apiKeys: 1, jobs: 1 })
    expect(await work(store)).toHaveLength(1)
  })

  test('O13: a new epoch of a store in use is reported to the caches of its instances', async () => {
    const store = await open(await places[kind]())
    const used = await inUse(store)
    const since = await store.now()
    const before = await store.revisions.list()
    await store.epochs.begin('operator')
    await expectInactive(store, used)
    expect(await store.runs.save([part(used.run, 11, 'wer')])).toEqual(new Map())
    expect(await store.sessions.revokedSince(since)).toMatchObject({
      sessionIds: [used.session.id],
      userIds: [used.user.id],
    })
    const after = await store.revisions.list()
    expect(after.map(({ nonce }) => nonce)).not.toEqual(before.map(({ nonce }) => nonce))
  })
})

describe('a copy that was made without a command of Shoal', () => {
  test('O13: a copied data folder is inactive; a renamed one still works', async () => {
    const original = await places.sqlite()
    const store = await open(original)
    const used = await inUse(store)
    await store.closed()
    const copied = join(folder, 'copied')
    cpSync(original.dataDir, copied, { recursive: true, preserveTimestamps: true })
    const renamed = join(folder, 'renamed')
    renameSync(original.dataDir, renamed)

    const warnings: string[] = []
    const copy = await open({ dataDir: copied, databaseUrl: null }, warnings)
    await expectInactive(copy, used)
    expect(warnings).toEqual([expect.stringMatching(/folder is a copy.*1 API keys.*shoal store confirm/)])
    const { id } = await copy.epochs.read()
    await copy.closed()
    const again = await open({ dataDir: copied, databaseUrl: null }, warnings)
    expect((await again.epochs.read()).id).toBe(id)
    expect(warnings).toHaveLength(1)

    const moved = await open({ dataDir: renamed, databaseUrl: null })
    expect(await moved.sessions.withUser(used.session.id)).toBeDefined()
    expect(await orphans(moved)).toHaveLength(1)
  })

  test('O13: a copied PostgreSQL database is inactive, and one of several starts reports it', async () => {
    const original = await places.postgres()
    const store = await open(original)
    const used = await inUse(store)
    const { id } = await store.epochs.read()
    await store.closed()
    const name = original.databaseUrl?.split('/').at(-1)
    const elsewhere = original.databaseUrl?.replace(/[^/]+$/, 'postgres') ?? ''
    await (await admin(elsewhere)).query(`create database ${name}_copy template ${name}`)
    const place = { dataDir: folder, databaseUrl: `${original.databaseUrl}_copy` }
    const warnings: string[] = []
    const [copy] = await Promise.all([1, 2, 3].map(() => open(place, warnings)))
    await expectInactive(copy!, used)
    expect(warnings).toHaveLength(1)
    expect((await (await open(original)).epochs.read()).id).toBe(id)
  })

  test('O13: another system identifier begins an epoch, but not for a database user that may not read it', async () => {
    const place = await places.postgres()
    const store = await open(place)
    const used = await inUse(store)
    const { id } = await store.epochs.read()
    const other = await admin(place.databaseUrl)
    await other.query(`
      create role narrow login;
      grant usage on schema shoal to narrow;
      grant all on all tables in schema shoal to narrow;
      revoke execute on function pg_control_system() from public`)
    const narrow = { ...place, databaseUrl: place.databaseUrl?.replace('shoal@', 'narrow@') ?? '' }
    expect((await (await open(narrow)).epochs.read()).id).toBe(id)
    // Like a database that was restored into another server.
    await other.query(`update shoal.epoch set place = '1' || place`)
    expect((await (await open(narrow)).epochs.read()).id).toBe(id)
    await expectInactive(await open(place), used)
  })
})
