import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startLossyProxy } from '../../../test/support/lossy-proxy.ts'
import type { LossyProxy } from '../../../test/support/lossy-proxy.ts'
import { startPostgresServer } from '../../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../../test/support/postgres-server.ts'
import {
  claimBy,
  ended,
  givenRun,
  givenUser,
  messageRequest,
  part,
} from '../../../test/support/store-fixture.ts'
import { newId, silentLogger, systemClock } from '../../base/index.ts'
import { connectStore, openStore, StoreError } from '../index.ts'
import type { Store, StoreOptions } from '../index.ts'

const base = { secret: 's', clock: systemClock, logger: silentLogger, dataDir: '' }

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())

let databaseUrl: string
const closing: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  databaseUrl = await server.createDatabase()
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function opened(options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({ ...base, databaseUrl, ...options })
  closing.push(() => store.close())
  return store
}

async function client(url = databaseUrl): Promise<pg.Client> {
  const made = new pg.Client({ connectionString: url })
  made.on('error', () => {})
  await made.connect()
  closing.push(() => made.end())
  return made
}

async function startProxy(): Promise<LossyProxy & { url: string }> {
  const url = new URL(databaseUrl)
  const proxy = await startLossyProxy({ host: url.hostname, port: Number(url.port) })
  closing.push(async () => proxy.stop())
  url.port = `${proxy.port}`
  return { ...proxy, url: url.href }
}

async function refusal(work: Promise<unknown>): Promise<StoreError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(StoreError)
  return error as StoreError
}

describe('a database shared with other programs', () => {
  test('the schema public is not changed, down to the row', async () => {
    const admin = await client()
    await admin.query(`
      create table public."user" (id text primary key, email text, settings jsonb);
      create table public.chat (id text primary key, user_id text references public."user" (id), chat jsonb, updated_at bigint);
      create table public.auth (id text primary key, password text, active boolean);
      create table public.config (id serial primary key, data json);
      create index chat_by_activity on public.chat (user_id, updated_at);
      insert into public."user" select 'u' || n, n || '@x', '{"a": 1}' from generate_series(1, 50) n;
      insert into public.chat select 'c' || n, 'u' || n, '{"messages": []}', n from generate_series(1, 50) n;
      insert into public.auth select 'u' || n, 'hash', true from generate_series(1, 50) n;
      insert into public.config (data) values ('{"version": 0}')`)
    const readPublicSchema = async (): Promise<unknown> => {
      const { rows } = await admin.query(`
        select
          (select json_agg(x order by x.oid) from (
            select c.oid, c.relname, c.relkind, c.relfilenode, c.relnatts from pg_class c
            where c.relnamespace = 'public'::regnamespace) x) as relations,
          (select json_agg(u order by u.id) from public."user" u) as users,
          (select json_agg(c order by c.id) from public.chat c) as chats,
          (select json_agg(a order by a.id) from public.auth a) as auths,
          (select json_agg(c order by c.id) from public.config c) as configs,
          (select json_agg(n.nspname order by n.nspname) from pg_namespace n
            where n.nspname !~ '^pg_' and n.nspname not in ('shoal', 'information_schema')) as schemas`)
      return rows[0]
    }
    const before = await readPublicSchema()
    const store = await opened()
    const user = await givenUser(store)
    const { run, ids } = await givenRun(store, user.id)
    await ended(store, run, 'words')
    await store.chats.delete(ids.chatId, user.id)
    await store.chats.prune(9_999_999_999_999, 10)
    expect(await readPublicSchema()).toEqual(before)
  })

  test('a user without the right to create a schema learns what to do, and needs no right once the schema exists', async () => {
    const admin = await client()
    const role = `limited_${newId().replaceAll('-', '')}`
    await admin.query(`create role ${role} login`)
    const url = databaseUrl.replace('shoal@', `${role}@`)
    await expect(opened({ databaseUrl: url })).rejects.toThrow(
      new RegExp(`user ${role} may not create the schema shoal.*create schema shoal authorization`),
    )
    await admin.query(`create schema shoal authorization ${role}`)
    await (await opened({ databaseUrl: url })).ping()
  })

  test('no refusal or error leaves a connection in a transaction', async () => {
    const store = await opened()
    const user = await givenUser(store)
    const { ids } = await givenRun(store, user.id)
    const below = { form: { chatId: ids.chatId, parentId: ids.messageId } }
    expect(await store.runs.start(messageRequest(user.id, below))).toEqual({ kind: 'branch-busy' })
    await expect(store.sessions.create({ ...session, userId: 'nobody' })).rejects.toThrow(/foreign key/)
    await expect(store.connections.create({ ...connection, id: 'c' })).resolves.toMatchObject({ id: 'c' })
    await expect(store.connections.create({ ...connection, id: 'c' })).rejects.toThrow(/duplicate|unique/i)
    const admin = await client()
    const { rows } = await admin.query(
      `select state from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    )
    expect(rows.map((row: { state: string }) => row.state)).not.toContain('idle in transaction')
  })
})

const session = {
  id: 's',
  userId: 'u',
  epoch: 'e',
  device: '',
  address: '',
  createdAt: 1,
  lastUsedAt: 1,
  expiresAt: null,
}
const connection = {
  kind: 'openai' as const,
  name: 'n',
  baseUrl: 'http://x',
  key: null,
  prefix: '',
  enabled: true,
  order: 0,
  continues: 'auto' as const,
  modelIds: [],
}

describe('an unavailable database', () => {
  test('connecting retries until the database is available, and reports each problem once', async () => {
    await server.kill()
    const said: string[] = []
    const signal = new AbortController().signal
    const connecting = connectStore({
      ...base,
      databaseUrl: databaseUrl.replace('postgres://', 'postgresql+asyncpg://'),
      startTimeoutMs: 30_000,
      signal,
      onProblem: (sentence) => said.push(sentence),
    })
    closing.push(async () => (await connecting).close())
    await vi.waitFor(() =>
      expect(said).toEqual([expect.stringMatching(/PostgreSQL does not answer.*ECONNREFUSED/)]),
    )
    await server.start()
    await (await connecting).ping()
    expect(new Set(said).size).toBe(said.length)
  })

  test('connecting ends with the last problem, or with the signal', async () => {
    const missing = databaseUrl.replace(/[^/]+$/, 'no_such_database')
    const options = { ...base, databaseUrl: missing, signal: new AbortController().signal }
    const error = await refusal(connectStore({ ...options, startTimeoutMs: 300 }))
    expect(error.message).toMatch(/within 0.3 s.*database "no_such_database" does not exist/)
    const stopping = new AbortController()
    const endless = connectStore({
      ...options,
      startTimeoutMs: 60_000,
      signal: stopping.signal,
      onProblem: () => stopping.abort(new Error('told to stop')),
    })
    await expect(endless).rejects.toThrow('told to stop')
  })

  test('methods report it, the process survives, and the same store works when the database is back', async () => {
    const store = await opened()
    const user = await givenUser(store)
    await Promise.all([1, 2, 3].map(() => store.ping()))
    await server.kill()
    expect((await refusal(store.ping())).kind).toBe('unavailable')
    expect((await refusal(store.runs.start(messageRequest(user.id)))).kind).toBe('unavailable')
    await server.start()
    await vi.waitFor(() => store.ping(), { timeout: 10_000 })
    expect((await store.runs.start(messageRequest(user.id))).kind).toBe('started')
  })

  test('a server that accepts connections but never replies is given up after the deadline', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    closing.push(async () => silent.close())
    const url = `postgres://a@127.0.0.1:${(silent.address() as AddressInfo).port}/b`
    expect((await refusal(opened({ databaseUrl: url, connectMs: 200 }))).kind).toBe('unavailable')
  })
})

describe('deadlines', () => {
  test('a statement that waits too long is ended, and its connection is reused', async () => {
    const store = await opened({ statementMs: 300, poolSize: 1 })
    const user = await givenUser(store)
    const blocker = await client()
    await blocker.query('begin; lock table shoal.account in access exclusive mode')
    expect((await refusal(store.users.byId(user.id))).message).toMatch(/statement timeout/)
    expect((await refusal(store.users.changeAccess(user.id, { role: 'admin' }))).message).toMatch(
      /statement timeout/,
    )
    await blocker.query('rollback')
    expect((await store.users.byId(user.id))?.role).toBe('user')
  })

  test('a method does not wait forever if every connection is in use', async () => {
    const store = await opened({ statementMs: 5000, connectMs: 300, poolSize: 1 })
    const blocker = await client()
    await blocker.query('begin; lock table shoal.account in access exclusive mode')
    const waiting = store.users.byId('u')
    await vi.waitFor(async () => {
      const { rows } = await blocker.query('select 1 from pg_locks where not granted')
      expect(rows).toHaveLength(1)
    })
    expect((await refusal(store.ping())).kind).toBe('unavailable')
    await blocker.query('rollback')
    expect(await waiting).toBeUndefined()
    await store.ping()
  })

  test('a connection to a frozen server is given up by this process', async () => {
    const proxy = await startProxy()
    const store = await opened({ databaseUrl: proxy.url, statementMs: 200, connectMs: 500, poolSize: 1 })
    await store.ping()
    proxy.freeze()
    expect((await refusal(store.ping())).message).toMatch(/does not answer/)
    await store.ping()
  })
})

describe('unknown outcomes', () => {
  test('after a lost connection, the row shows whether a save or a claim succeeded', async () => {
    const proxy = await startProxy()
    const store = await opened()
    const cuttable = await opened({ databaseUrl: proxy.url })
    const user = await givenUser(store)
    let unknown = 0
    for (let round = 0; round < 30; round++) {
      const { run } = await givenRun(store, user.id, { owner: 'dead' })
      await cuttable.ping()
      const saving = cuttable.runs.save([part(run, 0, 'twelve words')]).catch((error: unknown) => error)
      // Cuts at a different moment each time: before the save is sent, on its way, and after it is done.
      for (let turns = 0; turns < round % 6; turns++) await new Promise((resolve) => setImmediate(resolve))
      proxy.cut()
      const outcome = await saving
      const now = (await store.runs.readWithText(run.id))!
      if (outcome instanceof Error) {
        unknown++
        expect(outcome).toBeInstanceOf(StoreError)
      } else expect(now.saved).toBe(12)
      expect([0, 12]).toContain(now.saved)
      expect(now.text).toHaveLength(now.saved)
      // Repeating the save completes it, whatever happened before.
      if (now.saved === 0) await store.runs.save([part(run, 0, 'twelve words')])
      expect(await store.runs.readWithText(run.id)).toMatchObject({ text: 'twelve words', saved: 12 })

      await vi.waitFor(() => cuttable.ping())
      const claiming = cuttable.runs.claim(claimBy('me', run)).catch((error: unknown) => error)
      for (let turns = 0; turns < round % 6; turns++) await new Promise((resolve) => setImmediate(resolve))
      proxy.cut()
      const claim = await claiming
      const after = (await store.runs.read(run.id))!
      if (!(claim instanceof Error)) expect(after.owner).toBe('me')
      expect(after.fence > run.fence).toBe(after.owner === 'me')
      await vi.waitFor(() => cuttable.ping())
    }
    expect(unknown).toBeGreaterThan(0)
  })
})

describe('the connection budget', () => {
  test('pools that exceed the server’s limit are reported, with the numbers', async () => {
    const said: string[] = []
    await opened({ poolSize: 50, warn: (sentence) => said.push(sentence) })
    expect(said).toEqual([])
    const store = await opened({ poolSize: 90, warn: (sentence) => said.push(sentence) })
    expect(said).toEqual([])
    await store.instances.beat('other', '{}', 2500)
    await opened({ poolSize: 50, warn: (sentence) => said.push(sentence) })
    expect(said).toEqual([expect.stringMatching(/^2 instances with a pool of 50 .* allows 97: .*PgBouncer/)])
  })
})
