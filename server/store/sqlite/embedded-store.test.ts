import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { givenRun, givenUser, part } from '../../../test/support/store-fixture.ts'
import { silentLogger, systemClock, sleep } from '../../base/index.ts'
import { connectStore, openStore, StoreLocked } from '../index.ts'
import type { Store, StoreOptions } from '../index.ts'
import { openSqlite } from './open-sqlite.ts'

const base = { secret: 's', clock: systemClock, logger: silentLogger }

let dataDir: string
const closing: (() => unknown)[] = []
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'shoal-embedded-'))
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
  rmSync(dataDir, { recursive: true, force: true })
})

async function opened(options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({ ...base, dataDir, ...options })
  closing.push(() => store.close())
  return store
}

/** Starts another process that opens the store, writes a user, and keeps running. */
async function startHolder(): Promise<ChildProcess> {
  const entry = join(import.meta.dirname, '..', 'index.ts')
  const code = `
    import { openStore } from ${JSON.stringify(entry)}
    import { systemClock, silentLogger } from ${JSON.stringify(join(import.meta.dirname, '../../base/index.ts'))}
    const store = await openStore({ dataDir: ${JSON.stringify(dataDir)}, secret: 's', clock: systemClock, logger: silentLogger })
    const user = { id: 'held', email: 'held@x', name: 'n', passwordHash: 'h', role: 'user', tokenEpoch: 'e' }
    process.stdout.write(await store.users.create(user))
    // No code refers to the store any more: garbage collection must not unlock its folder.
    setInterval(() => gc(), 10)`
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  closing.push(() => child.kill('SIGKILL'))
  const [output] = (await once(child.stdout, 'data')) as [Buffer]
  expect(output.toString()).toBe('created')
  return child
}

describe('the lock of the embedded store', () => {
  test('a second process is refused with the id of the first; kill -9 unlocks at once, and written data is there', async () => {
    const holder = await startHolder()
    const error: unknown = await opened().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(StoreLocked)
    expect((error as StoreLocked).holder).toMatchObject({ pid: holder.pid })
    expect((error as StoreLocked).message).toMatch(
      new RegExp(`process ${holder.pid} on .+, since 20.*DATABASE_URL`),
    )
    // A retry does not help, however often the holder collects garbage meanwhile.
    await sleep(200)
    const signal = new AbortController().signal
    await expect(connectStore({ ...base, dataDir, startTimeoutMs: 60_000, signal })).rejects.toThrow(
      StoreLocked,
    )
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    const store = await opened()
    expect((await store.users.byId('held'))?.email).toBe('held@x')
  })

  test('the same process is refused as well, and can open the store after closing it', async () => {
    const store = await openStore({ ...base, dataDir })
    await expect(opened()).rejects.toThrow(StoreLocked)
    await expect(opened()).rejects.toThrow(new RegExp(`process ${process.pid} `))
    await store.close()
    const error = await store.ping().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Error)
    await (await opened()).ping()
  })

  test('a damaged lock.json does not matter', async () => {
    await opened()
    writeFileSync(join(dataDir, 'lock.json'), 'not json')
    await expect(opened()).rejects.toThrow(/in use by another process/)
  })
})

describe('the embedded database', () => {
  test('keeps a write-ahead log, syncs every commit and enforces references', async () => {
    const store = await opened()
    await expect(
      store.apiKeys.create({
        id: 'k',
        userId: 'nobody',
        name: '',
        hash: '',
        hint: '',
        createdAt: 1,
        lastUsedAt: null,
        expiresAt: null,
        suspended: false,
      }),
    ).rejects.toThrow(/FOREIGN KEY/)
    expect(existsSync(join(dataDir, 'shoal.db-wal'))).toBe(true)
    await store.close()
    closing.length = 0
    const engine = openSqlite({ dataDir, clock: systemClock, statementMs: 1000, warn: () => {} })
    closing.push(() => engine.close())
    const pragma = async (name: string): Promise<unknown> =>
      Object.values((await sql.raw<object>(`pragma ${name}`).execute(engine.db)).rows[0] ?? {})[0]
    expect(await pragma('journal_mode')).toBe('wal')
    expect(await pragma('synchronous')).toBe(2)
    expect(await pragma('foreign_keys')).toBe(1)
  })

  test('waits for the lock of another program without blocking the process, and gives up after the deadline', async () => {
    const store = await opened({ statementMs: 400 })
    const user = await givenUser(store)
    const other = new DatabaseSync(join(dataDir, 'shoal.db'), { timeout: 0 })
    closing.push(() => other.close())
    other.exec('begin immediate')
    let turns = 0
    const counting = setInterval(() => turns++, 5)
    const refused = await Promise.allSettled([
      store.users.rename(user.id, 'Later'),
      store.users.changeAccess(user.id, { role: 'admin' }),
    ])
    clearInterval(counting)
    expect(turns).toBeGreaterThan(0)
    for (const outcome of refused)
      expect(outcome).toMatchObject({ reason: { name: 'StoreError', kind: 'unavailable' } })
    const again = store.users.rename(user.id, 'Now')
    other.exec('rollback')
    expect((await again)?.name).toBe('Now')
    expect((await store.users.byId(user.id))?.role).toBe('user')
  })

  test('simultaneous writes stay complete', async () => {
    const store = await opened()
    const user = await givenUser(store)
    await Promise.all(Array.from({ length: 50 }, () => givenRun(store, user.id)))
    expect((await store.runs.readBeforeStart(user.id, 'other')).running).toBe(50)
  })
})

/** Tries to mount, because being root is not enough in a container. */
function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-mount-'))
  const mounted = spawnSync('/usr/bin/mount', ['-t', 'tmpfs', 'tmpfs', folder]).status === 0
  if (mounted) spawnSync('/usr/bin/umount', [folder])
  rmSync(folder, { recursive: true })
  return mounted
}

describe('a full disk', () => {
  test.skipIf(!canMount())(
    'is reported as full, damages nothing, and is over when there is free space (needs root)',
    async () => {
      const mounted = spawnSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dataDir], {
        encoding: 'utf8',
      })
      expect(mounted.stderr).toBe('')
      closing.push(() => spawnSync('/usr/bin/umount', [dataDir]))
      const store = await opened()
      const user = await givenUser(store)
      const { run, ids } = await givenRun(store, user.id)
      let saved = 0
      let error: unknown
      const text = 'x'.repeat(16_384)
      for (let n = 0; n < 200 && error === undefined; n++) {
        error = await store.runs.save([part(run, saved, text)]).then(
          () => {
            saved += text.length
            return undefined
          },
          (reason: unknown) => reason,
        )
      }
      expect(error).toMatchObject({ name: 'StoreError', kind: 'full' })
      expect(saved).toBeGreaterThan(0)
      // The store is still readable, and the refused part is not stored.
      expect((await store.runs.readWithText(run.id))?.text).toHaveLength(saved)
      await expect(store.runs.save([part(run, saved, text)])).rejects.toMatchObject({ kind: 'full' })
      expect(spawnSync('/usr/bin/mount', ['-o', 'remount,size=8m', dataDir]).status).toBe(0)
      expect((await store.runs.save([part(run, saved, 'more')])).size).toBe(1)
      expect((await store.chats.message(ids.messageId, user.id))?.text).toHaveLength(saved + 4)
      await store.close()
      closing.splice(1)
      const looking = new DatabaseSync(join(dataDir, 'shoal.db'), { readOnly: true })
      expect(looking.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
      looking.close()
    },
  )
})
