import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { makeCertificates } from '../../../test/support/certificates.ts'
import { freePort } from '../../../test/support/free-port.ts'
import { startPostgresServer } from '../../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../../test/support/postgres-server.ts'
import { silentLogger, systemClock } from '../../base/index.ts'
import { openStore } from '../index.ts'
import type { Store } from '../index.ts'

let plain: PostgresServer
let second: PostgresServer
let plainUrl: string
let folder: string
const closing: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  ;[plain, second] = await Promise.all([startPostgresServer(), startPostgresServer()])
  plainUrl = await plain.createDatabase()
  folder = mkdtempSync(join(tmpdir(), 'shoal-addresses-'))
})
afterAll(async () => {
  await Promise.all([plain.stop(), second.stop()])
  rmSync(folder, { recursive: true })
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function opened(databaseUrl: string): Promise<Store> {
  const base = { secret: 's', clock: systemClock, logger: silentLogger, dataDir: '' }
  const store = await openStore({ ...base, databaseUrl, poolSize: 2 })
  closing.push(() => store.close())
  return store
}

async function client(url: string): Promise<pg.Client> {
  const made = new pg.Client({ connectionString: url })
  await made.connect()
  closing.push(() => made.end())
  return made
}

/** Whether the store's sessions on that server are encrypted. */
async function encrypted(admin: pg.Client): Promise<boolean[]> {
  const { rows } = await admin.query<{ ssl: boolean }>(
    `select s.ssl from pg_stat_ssl s join pg_stat_activity a using (pid) where a.application_name = 'shoal'`,
  )
  return [...new Set(rows.map(({ ssl }) => ssl))]
}

const portOf = (url: string): string => new URL(url).port

test('B5: sslmode=prefer and allow work with a server without TLS, as in libpq; require does not', async () => {
  for (const mode of ['prefer', 'allow', 'disable']) {
    const store = await opened(`${plainUrl}?sslmode=${mode}`)
    await Promise.all([store.ping(), store.ping()])
  }
  await expect(opened(`${plainUrl}?sslmode=require`)).rejects.toThrow(/does not support SSL/)
})

test('B5: prefer encrypts if the server has TLS, and allow encrypts if the server requires TLS', async () => {
  const admin = await client(await second.createDatabase())
  const { rows } = await admin.query<{ data: string; hba: string }>(
    `select current_setting('data_directory') as data, current_setting('hba_file') as hba`,
  )
  const { data = '', hba = '' } = rows[0] ?? {}
  const { ca, cert, key } = await makeCertificates(folder)
  const owner = statSync(data)
  for (const [from, name] of [
    [cert, 'server.crt'],
    [key, 'server.key'],
  ] as const) {
    copyFileSync(from, join(data, name))
    chownSync(join(data, name), owner.uid, owner.gid)
    chmodSync(join(data, name), 0o600)
  }
  await admin.query('alter system set ssl = on')
  await admin.query('select pg_reload_conf()')
  const url = `postgres://shoal@127.0.0.1:${portOf(await second.createDatabase())}/test_1`
  await vi.waitFor(async () => {
    const { rows: settings } = await admin.query<{ ssl: string }>('show ssl')
    expect(settings[0]?.ssl).toBe('on')
  })

  const modes: [query: string, ssl: boolean][] = [
    ['sslmode=prefer', true],
    ['sslmode=require', true],
    ['sslmode=allow', false],
    ['', false],
    [`sslmode=verify-ca&sslrootcert=${encodeURIComponent(ca)}`, true],
  ]
  for (const [query, ssl] of modes) {
    const store = await opened(`${url}?${query}`)
    await store.ping()
    expect([query, await encrypted(admin)]).toEqual([query, [ssl]])
    await store.close()
    closing.pop()
  }
  await expect(opened(`${url}?sslmode=verify-full&sslrootcert=${encodeURIComponent(ca)}`)).rejects.toThrow(
    /altnames/,
  )
  const named = url.replace('127.0.0.1', 'localhost')
  await (await opened(`${named}?hostaddr=127.0.0.1&sslmode=verify-full&sslrootcert=${ca}`)).ping()
  await expect(opened(`${url}?sslmode=verify-ca&sslrootcert=/nowhere.pem`)).rejects.toThrow(
    /DATABASE_URL: the file \/nowhere.pem.*sslrootcert.*ENOENT/,
  )

  // From now on, the server refuses connections without TLS.
  await admin.query(`copy (select 'hostssl all all all trust') to '${hba}'`)
  await admin.query('select pg_reload_conf()')
  await vi.waitFor(() => expect(opened(`${url}?sslmode=disable`)).rejects.toThrow(/pg_hba.conf/))
  for (const query of ['', 'sslmode=allow', 'sslmode=prefer']) await (await opened(`${url}?${query}`)).ping()
})

test('B6: connects through a Unix socket, given in the query or as an escaped host', async () => {
  const admin = await client(plainUrl)
  const { rows } = await admin.query<{ folder: string }>(
    `select current_setting('unix_socket_directories') as folder`,
  )
  const socket = rows[0]?.folder ?? ''
  const name = plainUrl.split('/').at(-1)
  await (await opened(`postgresql://shoal:p@/${name}?host=${socket}&port=${portOf(plainUrl)}`)).ping()
  const escaped = encodeURIComponent(socket)
  await (await opened(`postgresql://shoal:p@${escaped}:${portOf(plainUrl)}/${name}?sslmode=require`)).ping()
})

test('B6: of several hosts, one that is reachable and writable is used, also after a failover', async () => {
  const third = await startPostgresServer()
  closing.push(() => third.stop())
  const [one, two] = [await third.createDatabase(), plainUrl].map((url) => new URL(url).host)
  const dead = `127.0.0.1:${await freePort()}`
  const url = `postgresql://shoal@${dead},${one},${two}/postgres?target_session_attrs=read-write`
  const admin = await client(`postgres://shoal@${one}/postgres`)
  const store = await opened(url)
  await Promise.all([store.ping(), store.ping()])
  const served = async (host: string | undefined): Promise<number> => {
    const found = await (
      await client(`postgres://shoal@${host}/postgres`)
    ).query(`select 1 from pg_stat_activity where application_name = 'shoal' and datname = 'postgres'`)
    return found.rowCount ?? 0
  }
  expect(await served(one)).toBeGreaterThan(0)
  expect(await served(two)).toBe(0)

  // The second server gets the schema too, like a promoted standby.
  await (await opened(`postgres://shoal@${two}/postgres`)).close()
  closing.pop()
  await admin.query('alter system set default_transaction_read_only = on')
  await admin.query('select pg_reload_conf()')
  await vi.waitFor(async () => {
    await store.instances.beat('a', '{}', 1000)
    expect(await served(two)).toBeGreaterThan(0)
  })
})
