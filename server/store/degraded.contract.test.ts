import { chownSync, readdirSync, statSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startPostgresServer } from '../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../test/support/postgres-server.ts'
import { mountSmallDisk } from '../../test/support/small-disk.ts'
import type { SmallDisk } from '../../test/support/small-disk.ts'
import { givenRun, givenUser } from '../../test/support/store-fixture.ts'
import { sentenceOf, silentLogger, systemClock } from '../base/index.ts'
import type { Clock } from '../base/index.ts'
import { openStore } from './index.ts'
import type { Store, StoreOptions } from './index.ts'

function smallDisk(): SmallDisk {
  const disk = mountSmallDisk()
  if (!disk) throw new Error('no disk')
  onTestFinished(() => disk.unmount())
  return disk
}

/** Mounting a disk needs root; without it, the tests that need a mount are reported as skipped. */
const canMount = ((): boolean => {
  const disk = mountSmallDisk()
  disk?.unmount()
  return disk !== undefined
})()

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())

/** A clock that can jump ahead by minutes, for checks that only run from time to time. */
let skippedMs = 0
const clock: Clock = { now: () => systemClock.now(), monotonic: () => systemClock.monotonic() + skippedMs }
beforeEach(() => {
  skippedMs = 0
})

async function opened(options: Partial<StoreOptions>): Promise<Store> {
  const logger = silentLogger
  const store = await openStore({ secret: 's', clock, logger, dataDir: '', ...options })
  onTestFinished(() => store.close())
  return store
}

async function client(url: string): Promise<pg.Client> {
  const made = new pg.Client({ connectionString: url })
  made.on('error', () => {})
  await made.connect()
  onTestFinished(() => made.end())
  return made
}

describe('a full disk', () => {
  test.skipIf(!canMount)('O8: of an embedded store is reported until there is free space again', async () => {
    const disk = smallDisk()
    const store = await opened({ dataDir: disk.path })
    expect(await store.degraded()).toEqual([])
    const user = await givenUser(store)
    disk.fill()
    const { run } = await givenRun(store, user.id).catch(() => ({ run: undefined }))
    expect(run).toBeUndefined()
    expect((await store.degraded()).map(sentenceOf).join()).toMatch(/disk of DATA_DIR is full.*free space/)
    await store.ping()
    skippedMs += 6000
    expect((await store.degraded()).map(sentenceOf).join()).toMatch(/disk of DATA_DIR is full/)
    disk.free()
    skippedMs += 6000
    expect(await store.degraded()).toEqual([])
    await givenRun(store, user.id)
  })

  test.skipIf(!canMount)(
    'O8: prevents an embedded store from starting, with a message that says what to do',
    async () => {
      const disk = smallDisk()
      disk.fill()
      const start = opened({ dataDir: disk.path })
      await expect(start).rejects.toMatchObject({
        name: 'StoreError',
        kind: 'full',
        message: expect.stringMatching(/^the disk of DATA_DIR \(.*\) is full: free space/) as string,
      })
      expect(readdirSync(disk.path)).toContain('filler')
    },
  )
})

test('O8: refused connections are reported while open ones work, with DATABASE_POOL_SIZE in the cure', async () => {
  const databaseUrl = await server.createDatabase()
  await (await opened({ databaseUrl })).close()
  const admin = await client(databaseUrl)
  await admin.query(`
    create role narrow login connection limit 1;
    grant usage on schema shoal to narrow;
    grant all on all tables in schema shoal to narrow`)
  const store = await opened({ databaseUrl: databaseUrl.replace('shoal@', 'narrow@'), poolSize: 4 })
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => store.users.count()))
  const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
  expect(refused[0]).toMatch(/DATABASE_POOL_SIZE/)
  await store.ping()
  expect((await store.degraded()).map(sentenceOf).join()).toMatch(
    /refuses further connections.*DATABASE_POOL_SIZE/,
  )
  await admin.query('alter role narrow connection limit 10')
  await Promise.all([1, 2, 3].map(() => store.users.count()))
  expect(await store.degraded()).toEqual([])
})

test('O8: the error names DATABASE_POOL_SIZE if every connection of the pool is in use', async () => {
  const databaseUrl = await server.createDatabase()
  const store = await opened({ databaseUrl, poolSize: 1, connectMs: 300 })
  const blocker = await client(databaseUrl)
  await blocker.query('begin; lock table shoal.account in access exclusive mode')
  const waiting = store.users.count()
  await expect(store.now()).rejects.toThrow(/all 1 connections.*DATABASE_POOL_SIZE/)
  await blocker.query('rollback')
  await waiting
})

// Must be the last test: while a tablespace is missing, the server cannot create another database.
test.skipIf(!canMount)(
  'O8: a full disk of PostgreSQL is reported until there is free space again',
  async () => {
    const disk = smallDisk()
    const admin = await client(await server.createDatabase())
    const { rows } = await admin.query<{ folder: string }>(
      `select current_setting('data_directory') as folder`,
    )
    const { uid, gid } = statSync(rows[0]?.folder ?? '')
    chownSync(disk.path, uid, gid)
    await admin.query(`create tablespace small location '${disk.path}'`)
    const databaseUrl = await server.createDatabase('tablespace small')
    const store = await opened({ databaseUrl })
    disk.fill()
    await expect(givenUser(store)).rejects.toMatchObject({ name: 'StoreError', kind: 'full' })
    expect((await store.degraded()).map(sentenceOf).join()).toMatch(
      /disk of the PostgreSQL server is full.*free space/,
    )
    disk.free()
    skippedMs += 6000
    expect(await store.degraded()).toEqual([])
    await store.close()
    await admin.query(`drop database ${databaseUrl.split('/').at(-1)}`)
    await admin.query('drop tablespace small')
  },
)
