import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { startInstance } from '../support/instance-process.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const password = "it's \\a $password"
const script = join(import.meta.dirname, '../../deploy/postgres/create-role.sh')
const started = new AsyncDisposableStack()
let admin: pg.Client
let url: string

beforeAll(async () => {
  const server = await startPostgresServer({ superuser: 'postgres' })
  started.defer(() => server.stop())
  const database = new URL(await server.createDatabase())
  // As in the image of PostgreSQL, where the superuser needs no password inside the container.
  await promisify(execFile)(script, {
    env: {
      PATH: process.env['PATH'],
      PGHOST: database.hostname,
      PGPORT: database.port,
      POSTGRES_DB: database.pathname.slice(1),
      POSTGRES_PASSWORD: password,
    },
  })
  admin = new pg.Client({ connectionString: database.href })
  await admin.connect()
  started.defer(() => admin.end())
  // As in the image of PostgreSQL: connections over the network need a password.
  const { rows } = await admin.query<{ hba_file: string }>('show hba_file')
  const file = rows[0]!.hba_file
  await writeFile(file, `host all shoal all scram-sha-256\n${await readFile(file, 'utf8')}`)
  await admin.query('select pg_reload_conf()')
  database.username = 'shoal'
  database.password = encodeURIComponent(password)
  url = database.href
}, 60_000)

afterAll(() => started.disposeAsync())

test('S27: create-role.sh creates a role without rights outside of its database', async () => {
  const { rows } = await admin.query(
    `select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolpassword like 'SCRAM-SHA-256%' as scram
     from pg_authid where rolname = 'shoal'`,
  )
  expect(rows).toEqual([
    {
      rolsuper: false,
      rolcreatedb: false,
      rolcreaterole: false,
      rolreplication: false,
      rolbypassrls: false,
      scram: true,
    },
  ])
  const superuser = await admin.query(`select rolpassword from pg_authid where rolname = 'postgres'`)
  expect(superuser.rows).toEqual([{ rolpassword: null }])
})

test('S27: the role needs its password', async () => {
  const other = new URL(url)
  other.password = 'another'
  await expect(new pg.Client({ connectionString: other.href }).connect()).rejects.toThrow(
    /password authentication failed/,
  )
})

test('S27: with this role and its password, an instance creates its tables and serves', async () => {
  const folder = started.use(await temporaryFolder('postgres-role'))
  const instance = await startInstance({ label: 'one', env: { DATABASE_URL: url, DATA_DIR: folder.path } })
  started.defer(() => instance.stop())
  const api = new ApiClient(instance.url)
  await api.signUp()
  expect(api.token).toMatch(/./)
})
