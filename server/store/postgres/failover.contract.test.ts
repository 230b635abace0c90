import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startPostgresServer } from '../../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../../test/support/postgres-server.ts'
import { givenUser } from '../../../test/support/store-fixture.ts'
import { silentLogger, systemClock } from '../../base/index.ts'
import { openStore, StoreError } from '../index.ts'
import type { Store } from '../index.ts'

let server: PostgresServer
let databaseUrl: string
const closing: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())
beforeEach(async () => {
  databaseUrl = await server.createDatabase()
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function opened(): Promise<Store> {
  const store = await openStore({
    secret: 's',
    clock: systemClock,
    logger: silentLogger,
    dataDir: '',
    databaseUrl,
    poolSize: 4,
  })
  closing.push(() => store.close())
  return store
}

/** A client of another database, so that settings of the tested database do not apply to it. */
async function administrator(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl.replace(/[^/]+$/, 'postgres') })
  client.on('error', () => {})
  await client.connect()
  closing.push(() => client.end())
  return client
}

const name = (): string => databaseUrl.split('/').at(-1) ?? ''

/** Opens every connection of the pool. */
async function warm(store: Store): Promise<void> {
  await Promise.all(Array.from({ length: 4 }, () => store.users.count()))
}

async function refusal(work: Promise<unknown>): Promise<StoreError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(StoreError)
  return error as StoreError
}

async function setForDatabase(admin: pg.Client, readOnly: 'on' | 'off'): Promise<void> {
  await admin.query(`alter database ${name()} set default_transaction_read_only = ${readOnly}`)
}

/** A store whose pooled sessions are all read-only, while new sessions are not. */
async function readOnlyPool(): Promise<Store> {
  await (await opened()).ping()
  const admin = await administrator()
  await setForDatabase(admin, 'on')
  const store = await opened()
  await warm(store)
  await setForDatabase(admin, 'off')
  return store
}

test('B1: sessions that became read-only are replaced: the first write after a failover succeeds', async () => {
  const store = await readOnlyPool()
  const user = await givenUser(store)
  expect(await store.users.byId(user.id)).toMatchObject({ id: user.id })
  await Promise.all(Array.from({ length: 8 }, () => store.instances.beat('a', '{}', 1000)))
})

test('B1: a transaction in a read-only session is repeated in a new session', async () => {
  const store = await readOnlyPool()
  const { revision } = await store.settings.read()
  const written = { set: [{ name: 'a', value: '1' }], unset: [], basedOn: revision, by: 'me', at: 1 }
  expect(await store.settings.write(written)).toMatchObject({ kind: 'written' })
})

test('B1: readiness alone finds and replaces read-only sessions', async () => {
  const store = await readOnlyPool()
  await store.ping()
  await Promise.all(Array.from({ length: 4 }, () => store.instances.beat('a', '{}', 1000)))
})

test('B1: a server that accepts no writes is reported with the cure, and used again when it accepts them', async () => {
  const store = await opened()
  await warm(store)
  const admin = await administrator()
  await admin.query('alter system set default_transaction_read_only = on')
  closing.push(async () => {
    await admin.query('set default_transaction_read_only = off')
    await admin.query('alter system reset default_transaction_read_only')
    await admin.query('select pg_reload_conf()')
  })
  await admin.query('select pg_reload_conf()')
  await vi.waitFor(async () => {
    const error = await refusal(store.ping())
    expect(error).toMatchObject({
      kind: 'unavailable',
      message: expect.stringMatching(/DATABASE_URL.*standby/),
    })
  })
  expect((await refusal(store.instances.beat('a', '{}', 1000))).kind).toBe('unavailable')
  expect(await store.users.count()).toBe(0)
  await admin.query('set default_transaction_read_only = off')
  await admin.query('alter system reset default_transaction_read_only')
  await admin.query('select pg_reload_conf()')
  await vi.waitFor(() => store.ping())
  await store.instances.beat('a', '{}', 1000)
})

test('B1: after its backends were terminated, the store works again at the next attempt', async () => {
  const store = await opened()
  await warm(store)
  const admin = await administrator()
  const blocker = new pg.Client({ connectionString: databaseUrl })
  await blocker.connect()
  closing.push(() => blocker.end())
  await blocker.query('begin; lock table shoal.account in access exclusive mode')
  const waiting = refusal(store.users.count())
  await vi.waitFor(async () => {
    const { rowCount } = await blocker.query('select 1 from pg_locks where not granted')
    expect(rowCount).toBe(1)
  })
  await admin.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name = 'shoal'`,
    [name()],
  )
  expect((await waiting).kind).toBe('unavailable')
  await blocker.query('rollback')
  await Promise.all(Array.from({ length: 4 }, () => store.instances.beat('a', '{}', 1000)))
})
