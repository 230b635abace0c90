import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { startPostgresServer } from '../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../test/support/postgres-server.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { openStore } from '../store/index.ts'
import type { Store } from '../store/index.ts'
import { Jobs } from './jobs.ts'
import type { JobHandler } from './jobs.ts'
import { pruneStore } from './prune-store.ts'

let server: PostgresServer
let databaseUrl: string
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())
beforeEach(async () => {
  databaseUrl = await server.createDatabase()
})

async function open(): Promise<Store> {
  const base = { secret: 's', clock: systemClock, logger: silentLogger, dataDir: '' }
  const store = await openStore({ ...base, databaseUrl })
  onTestFinished(() => store.close())
  return store
}

interface Worker {
  store: Store
  jobs: Jobs
}

/** An instance that does jobs of the kind `k`. */
async function instance(
  me: string,
  handler: JobHandler,
  { leaseMs = 60_000, most = 2 } = {},
): Promise<Worker> {
  const store = await open()
  const jobs = new Jobs({
    store: store.jobs,
    me,
    clock: systemClock,
    logger: silentLogger,
    leaseMs,
    most,
    pollMs: 50,
  })
  jobs.on('k', handler)
  onTestFinished(() => jobs.stop())
  return { store, jobs }
}

test('two instances: every job is done once, whoever added it', async () => {
  const done: string[] = []
  const handler: JobHandler = async (payload) => void done.push((payload as { n: string }).n)
  const [a, b] = [await instance('a', handler), await instance('b', handler)]
  a.jobs.start()
  b.jobs.start()
  const names = Array.from({ length: 40 }, (_, n) => `${n}`)
  await Promise.all(names.map((n) => (Number(n) % 2 ? a : b).jobs.add('k', n, { n })))
  await expect.poll(() => done.length, { timeout: 20_000 }).toBe(40)
  // Nothing is left that could be done again.
  expect(await a.store.jobs.claim({ me: 'x', kinds: ['k'], limit: 9, leaseMs: 0 })).toEqual([])
  expect(done.toSorted()).toEqual(names.toSorted())
})

test('one that waits is not added twice; one for later is not done now', async () => {
  const done: unknown[] = []
  const a = await instance('a', async (payload) => void done.push(payload))
  await a.jobs.add('k', 'same', 1, { inMs: 300 })
  await a.jobs.add('k', 'same', 2, { inMs: 300 })
  await a.jobs.add('k', 'far', 3, { inMs: 3_600_000 })
  a.jobs.start()
  await expect.poll(() => done).toEqual([1])
})

test('an instance dies in mid-job: another does it after the lease, and a late end of the first counts nothing', async () => {
  const begun: string[] = []
  const release = Promise.withResolvers<void>()
  const dead = await instance(
    'dead',
    async () => {
      begun.push('dead')
      await release.promise
    },
    // It hangs in this one and asks for no other.
    { leaseMs: 800, most: 1 },
  )
  const alive = await instance('alive', async () => void begun.push('alive'), { leaseMs: 800 })
  dead.jobs.start()
  await dead.jobs.add('k', 'one', null)
  await expect.poll(() => begun).toEqual(['dead'])
  alive.jobs.start()
  await expect.poll(() => begun, { timeout: 10_000 }).toEqual(['dead', 'alive'])
  release.resolve()
  expect(await alive.store.jobs.claim({ me: 'x', kinds: ['k'], limit: 9, leaseMs: 0 })).toEqual([])
})

test('stopping in mid-job gives it back at once', async () => {
  let begun = false
  const a = await instance('a', (_, signal) => {
    begun = true
    return new Promise((_done, failed) => {
      signal.addEventListener('abort', () => failed(new Error('told to stop')))
    })
  })
  a.jobs.start()
  await a.jobs.add('k', 'one', null)
  await expect.poll(() => begun).toBe(true)
  const done: string[] = []
  const b = await instance('b', async () => void done.push('b'))
  b.jobs.start()
  a.jobs.stop()
  await expect.poll(() => done).toEqual(['b'])
})

test('one that fails waits before it is tried again; a kind that nobody knows is left alone', async () => {
  let tries = 0
  const a = await instance('a', async () => {
    tries++
    throw new Error('no')
  })
  a.jobs.start()
  await a.jobs.add('unknown', 'one', null)
  await a.jobs.add('k', 'one', null)
  await expect.poll(() => tries).toBe(1)
  const claim = (kind: string) => a.store.jobs.claim({ me: 'x', kinds: [kind], limit: 9, leaseMs: 60_000 })
  await expect.poll(async () => (await claim('unknown')).length).toBe(1)
  expect(await claim('k')).toEqual([])
})

test('pruning: what was deleted and ended long ago goes, in steps; the rest stays', async () => {
  const store = await open()
  const id = 'u'
  await store.users.create({ id, email: 'u@x', name: 'U', passwordHash: 'h', role: 'user', tokenEpoch: 'e' })
  const now = await store.now()
  const session = (n: number, expiresAt: number) => ({
    id: `s${n}`,
    userId: id,
    epoch: 'e',
    device: '',
    address: '',
    createdAt: 0,
    lastUsedAt: 0,
    expiresAt,
  })
  for (let n = 0; n < 450; n++) await store.sessions.create(session(n, now - 2 * 86_400_000))
  await store.sessions.create(session(1000, now - 3_600_000))
  await store.sessions.create(session(1001, now + 3_600_000))
  await pruneStore(store, new AbortController().signal)
  // One of the two that stay has expired, but not long ago.
  expect(await store.sessions.prune(now + 1, 1000)).toBe(1)
  expect((await store.sessions.ofUser(id)).map((open) => open.id)).toEqual(['s1001'])
})
