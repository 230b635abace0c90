import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { startPostgresServer } from '../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../test/support/postgres-server.ts'
import { givenRun, givenUser } from '../../test/support/store-fixture.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { openStore } from '../store/index.ts'
import type { Store } from '../store/index.ts'
import { fillSaid } from './fill-said.ts'
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

const base = { secret: 's', clock: systemClock, logger: silentLogger }

async function open(): Promise<Store> {
  const store = await openStore({ ...base, dataDir: '', databaseUrl })
  onTestFinished(() => store.close())
  return store
}

/** The stores of two instances. With SQLite both are the same, because its database belongs to one process. */
async function openTwo(kind: 'SQLite' | 'PostgreSQL'): Promise<[Store, Store]> {
  if (kind === 'PostgreSQL') return [await open(), await open()]
  const folder = await temporaryFolder('long-jobs')
  onTestFinished(() => folder.remove())
  const store = await openStore({ ...base, dataDir: folder.path })
  onTestFinished(() => store.close())
  return [store, store]
}

interface Worker {
  store: Store
  jobs: Jobs
}

interface InstanceOptions {
  leaseMs?: number
  maxConcurrent?: number
  maxMs?: number
  store?: Store
}

/** An instance that runs jobs of the kind `k`. */
async function instance(me: string, handler: JobHandler, options: InstanceOptions = {}): Promise<Worker> {
  const { leaseMs = 60_000, maxConcurrent = 2, maxMs = 60_000 } = options
  const store = options.store ?? (await open())
  const jobs = new Jobs({
    store: store.jobs,
    me,
    clock: systemClock,
    logger: silentLogger,
    leaseMs,
    maxConcurrent,
    pollMs: 50,
  })
  jobs.on('k', handler, { maxMs })
  onTestFinished(() => jobs.stop())
  return { store, jobs }
}

test('two instances run each job once, independent of the instance that added it', async () => {
  const done: string[] = []
  const handler: JobHandler = async (payload) => void done.push((payload as { n: string }).n)
  const [a, b] = [await instance('a', handler), await instance('b', handler)]
  a.jobs.start()
  b.jobs.start()
  const names = Array.from({ length: 40 }, (_, n) => `${n}`)
  await Promise.all(names.map((n) => (Number(n) % 2 ? a : b).jobs.add('k', n, { n })))
  await expect.poll(() => done.length, { timeout: 20_000 }).toBe(40)
  // No job is left that could run again.
  expect(await a.store.jobs.claim({ me: 'x', kinds: ['k'], limit: 9, leaseMs: 0 })).toEqual([])
  expect(done.toSorted()).toEqual(names.toSorted())
})

test('a waiting job is not added twice, and a job for later does not run now', async () => {
  const done: unknown[] = []
  const a = await instance('a', async (payload) => void done.push(payload))
  await a.jobs.add('k', 'same', 1, { inMs: 300 })
  await a.jobs.add('k', 'same', 2, { inMs: 300 })
  await a.jobs.add('k', 'far', 3, { inMs: 3_600_000 })
  a.jobs.start()
  await expect.poll(() => done).toEqual([1])
})

test('a job that hangs is run by another instance after its maximum time, and its late end is ignored', async () => {
  const begun: string[] = []
  const release = Promise.withResolvers<void>()
  const dead = await instance(
    'dead',
    async () => {
      begun.push('dead')
      await release.promise
    },
    // With `maxConcurrent: 1`, the hanging job keeps this instance from claiming another.
    { leaseMs: 300, maxMs: 600, maxConcurrent: 1 },
  )
  const alive = await instance('alive', async () => void begun.push('alive'), { leaseMs: 300 })
  dead.jobs.start()
  await dead.jobs.add('k', 'one', null)
  await expect.poll(() => begun).toEqual(['dead'])
  alive.jobs.start()
  await expect.poll(() => begun, { timeout: 10_000 }).toEqual(['dead', 'alive'])
  release.resolve()
  expect(await alive.store.jobs.claim({ me: 'x', kinds: ['k'], limit: 9, leaseMs: 0 })).toEqual([])
})

test('an instance that stops during a job releases it at once', async () => {
  let begun = false
  const a = await instance('a', (_, { signal }) => {
    begun = true
    return new Promise((_done, failed) => {
      signal.addEventListener('abort', () => failed(new Error('aborted')))
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

test('a failed job waits before its retry, and a job of an unknown kind is not claimed', async () => {
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

describe.each(['SQLite', 'PostgreSQL'] as const)('long jobs, %s', (kind) => {
  test('a job that takes longer than its lease keeps the lease, and does not run twice', async () => {
    const begun: string[] = []
    const release = Promise.withResolvers<void>()
    const [mine, theirs] = await openTwo(kind)
    const a = await instance(
      'a',
      async () => {
        begun.push('a')
        await release.promise
      },
      { leaseMs: 150, store: mine },
    )
    const b = await instance('b', async () => void begun.push('b'), { leaseMs: 150, store: theirs })
    a.jobs.start()
    await a.jobs.add('k', 'one', null)
    await expect.poll(() => begun).toEqual(['a'])
    const claims = vi.spyOn(theirs.jobs, 'claim')
    b.jobs.start()
    // The other instance polls for many leases, and the job is always claimed.
    await expect.poll(() => claims.mock.calls.length, { timeout: 20_000 }).toBeGreaterThan(20)
    expect(begun).toEqual(['a'])
    release.resolve()
    await expect.poll(() => mine.jobs.claim({ me: 'x', kinds: ['k'], limit: 9, leaseMs: 0 })).toEqual([])
    expect(begun).toEqual(['a'])
  })

  test('a job whose instance died resumes on another instance from the reported progress', async () => {
    const [dead, alive] = await openTwo(kind)
    await dead.jobs.add({ id: 'j', kind: 'k', key: 'one', payload: '{}', inMs: 0 })
    const [claimed] = await dead.jobs.claim({ me: 'dead', kinds: ['k'], limit: 1, leaseMs: 400 })
    await dead.jobs.extend('j', claimed!.fence, { leaseMs: 400, progress: '{"at":3}' })
    const from: unknown[] = []
    const b = await instance('b', async (_, { progress }) => void from.push(progress), { store: alive })
    b.jobs.start()
    await expect.poll(() => from, { timeout: 10_000 }).toEqual([{ at: 3 }])
    expect(await dead.jobs.finish('j', claimed!.fence)).toBe(false)
  })

  test('an instance that has lost a job is notified, and its further reports are refused', async () => {
    const [mine, theirs] = await openTwo(kind)
    const seen: string[] = []
    const a = await instance(
      'a',
      async (_, { signal, report }) => {
        seen.push('begun')
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
        await report({ at: 9 }).catch(() => seen.push('refused'))
      },
      // With `maxConcurrent: 1`, this instance cannot claim the job again itself.
      { leaseMs: 600, store: mine, maxConcurrent: 1 },
    )
    a.jobs.start()
    await a.jobs.add('k', 'one', null)
    await expect.poll(() => seen).toEqual(['begun'])
    // The lease expires while the instance cannot reach the store.
    const extend = vi.spyOn(mine.jobs, 'extend').mockRejectedValue(new Error('away'))
    const taken = (): Promise<unknown[]> =>
      theirs.jobs.claim({ me: 'b', kinds: ['k'], limit: 1, leaseMs: 60_000 })
    await expect.poll(taken, { timeout: 10_000 }).toMatchObject([{ progress: null }])
    extend.mockRestore()
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual(['begun', 'refused'])
  })

  test('visible words are filled in batches, and an interrupted job resumes at its last progress', async () => {
    const [store] = await openTwo(kind)
    const user = await givenUser(store)
    for (let n = 0; n < 5; n++) await givenRun(store, user.id)
    const signal = new AbortController().signal
    const reports: unknown[] = []
    const broken = fillSaid(
      store,
      {
        signal,
        progress: null,
        report: async (progress) => {
          reports.push(progress)
          if (reports.length === 2) throw new Error('the instance died')
        },
      },
      { batch: 2 },
    )
    await expect(broken).rejects.toThrow('died')
    const chats = vi.spyOn(store.chats, 'fillSaid')
    const report = async (progress: unknown): Promise<void> => void reports.push(progress)
    await fillSaid(store, { signal, progress: reports[1], report }, { batch: 2 })
    const [, second] = reports as { afterChat: string }[]
    expect(chats.mock.calls.map(([afterChat]) => afterChat)).toEqual([
      second?.afterChat,
      (reports[2] as { afterChat: string }).afterChat,
    ])
  })
})

test('pruning removes rows that ended long ago, in steps, and keeps the others', async () => {
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
  // One of the two remaining sessions has expired, but only recently.
  expect(await store.sessions.prune(now + 1, 1000)).toBe(1)
  expect((await store.sessions.ofUser(id)).map((open) => open.id)).toEqual(['s1001'])
})
