// Mistakes at a first start: each one ends with a message that names the cure, and the data stays unchanged.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeCertificates } from '../support/certificates.ts'
import { killOnExit } from '../support/kill-on-exit.ts'
import { freePorts } from '../support/free-port.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { TemporaryFolder } from '../support/temporary-folder.ts'
import { startContainerLike } from './support/container-like.ts'
import { startLocalNginx } from './support/local-nginx.ts'

const root = join(import.meta.dirname, '../..')
const isRoot = process.getuid?.() === 0
/** Each test starts several processes, which can take a minute on a busy machine. */
const waitOptions = { timeout: 60_000 }
const longTimeout = { timeout: 120_000 }
/** The same lock as in server/store/migrate.ts. */
const migrationLock = 0x73686f61

let folder: TemporaryFolder
let postgres: PostgresServer
const stack = new AsyncDisposableStack()

beforeAll(async () => {
  folder = stack.use(await temporaryFolder('bad-input'))
  await chmod(folder.path, 0o755)
  postgres = await startPostgresServer()
  stack.defer(() => postgres.stop())
})
afterAll(() => stack.disposeAsync())

interface Running {
  output(): string
  ended: Promise<number | null>
  kill(signal: NodeJS.Signals): void
}

/** Starts a program as a container does: with only these environment variables. */
function startProgram(command: string, words: string[], env: Record<string, string>): Running {
  const child = spawn(command, words, { cwd: root, env: { PATH: process.env['PATH'], ...env } })
  killOnExit(child)
  let output = ''
  child.stdout.on('data', (data: Buffer) => (output += data.toString()))
  child.stderr.on('data', (data: Buffer) => (output += data.toString()))
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return { output: () => output, ended, kill: (signal) => void child.kill(signal) }
}

const startShoal = (words: string[], env: Record<string, string>): Running =>
  startProgram(process.execPath, ['server/cli.ts', ...words], { PORT: '0', HOST: '127.0.0.1', ...env })

async function runToEnd(
  words: string[],
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const running = startShoal(words, env)
  return { code: await running.ended, output: running.output() }
}

async function emptyFolder(name: string): Promise<string> {
  const path = join(folder.path, name)
  await mkdir(path, { mode: 0o700 })
  return path
}

async function connect(url: string): Promise<pg.Client> {
  const it = new pg.Client({ connectionString: url })
  await it.connect()
  stack.defer(() => it.end().catch(() => {}))
  return it
}

describe('secrets', longTimeout, () => {
  test('an empty or missing secret file: exit code 78, with the variable and the cure', async () => {
    const empty = join(folder.path, 'empty')
    await writeFile(empty, '')
    expect(await runToEnd(['start'], { DATABASE_URL_FILE: '/run/secrets/none' })).toMatchObject({
      code: 78,
      output: expect.stringMatching(/DATABASE_URL_FILE: .*cannot be read[^]*What to do: /),
    })
    expect(await runToEnd(['start'], { WEBUI_SECRET_KEY_FILE: empty })).toMatchObject({
      code: 78,
      output: expect.stringMatching(/WEBUI_SECRET_KEY_FILE: .*is empty[^]*What to do: /),
    })
  })

  test('Redis does not start without the password file, because it would let everyone in', async () => {
    const run = await emptyFolder('run')
    const files = join(folder.path, 'redis')
    await cp(join(root, 'deploy/redis'), files, { recursive: true })
    const words = [join(files, 'start-redis.sh'), join(files, 'redis.conf'), join(files, 'users.acl')]
    for (const file of ['/run/secrets/none', join(folder.path, 'empty')]) {
      const redis = startProgram('sh', words, { RUN_DIR: run, REDIS_PASSWORD_FILE: file })
      expect(await redis.ended).toBe(78)
      expect(redis.output()).toMatch(/empty or missing: run deploy\/compose\/make-secrets\.sh/)
    }
  })

  test('a certificate that does not match its key: nginx does not start and reports it', async () => {
    const [one, other] = [await emptyFolder('one'), await emptyFolder('other')]
    const certificates = { ...(await makeCertificates(one)), key: (await makeCertificates(other)).key }
    const [httpPort = 0, httpsPort = 0] = await freePorts(2)
    const started = startLocalNginx({ folder: one, instances: [1], httpPort, httpsPort, certificates })
    await expect(started).rejects.toThrow(/key values mismatch/)
  })
})

describe('arguments of the image', longTimeout, () => {
  test.each([
    [
      ['--port', '9000'],
      /the command is missing: it comes before its options, as in shoal start --port 9000/,
    ],
    [['bash'], /there is no command "bash"/],
    [['start', '--prot', '9000'], /has no option --prot \(did you mean --port\?\)/],
    [['start', 'now'], /unexpected argument "now"/],
  ])('%j: 64, and what to write instead', async (words, sentence) => {
    const { code, output } = await runToEnd(words, {})
    expect(code).toBe(64)
    expect(output).toMatch(sentence)
  })
})

describe.runIf(isRoot)('a volume of another user', longTimeout, () => {
  async function ofRoot(name: string): Promise<string> {
    const path = await emptyFolder(name)
    await chown(path, 0, 0)
    return path
  }

  test('embedded: the start is refused, with chown and fsGroup as the cure', async () => {
    const started = startContainerLike({ DATA_DIR: await ofRoot('root-embedded') })
    await expect(started).rejects.toThrow(
      /not writable for uid 1000: run chown -R 1000:1000 .* fsGroup: 1000/,
    )
  })

  test('with DATABASE_URL: the instance serves', async () => {
    const env = { DATA_DIR: await ofRoot('root-served'), DATABASE_URL: await postgres.createDatabase() }
    const instance = await startContainerLike(env)
    expect((await fetch(`${instance.url}/ready`)).status).toBe(200)
    await instance.kill()
  })
})

describe.concurrent('a database that is', longTimeout, () => {
  test('older, and migrations are off: the message names both versions and the command', async () => {
    const env = { DATABASE_URL: await postgres.createDatabase(), ENABLE_DB_MIGRATIONS: 'false' }
    const { code, output } = await runToEnd(['start'], { DATA_DIR: await emptyFolder('older'), ...env })
    expect(code).toBe(69)
    expect(output).toMatch(/database is too old for this version.*run `shoal migrate`/)
  })

  test('newer: the message says which side to change, and the database is unchanged', async () => {
    const env = { DATABASE_URL: await postgres.createDatabase(), DATA_DIR: await emptyFolder('newer') }
    expect(await runToEnd(['migrate'], env)).toMatchObject({ code: 0 })
    const database = await connect(env.DATABASE_URL)
    await database.query('update shoal.schema_migration set oldest_code = 99')
    const { code, output } = await runToEnd(['start'], env)
    expect(code).toBe(69)
    expect(output).toMatch(/this version is too old for the database.*upgrade this instance/)
  })

  test('of another program: the message says what to set instead, and the database is unchanged', async () => {
    const url = await postgres.createDatabase()
    const database = await connect(url)
    await database.query(`create schema shoal; create table shoal.chat as select 'theirs' as text`)
    const served = await runToEnd(['start'], { DATABASE_URL: url, DATA_DIR: await emptyFolder('theirs') })
    expect(served.code).toBe(69)
    expect(served.output).toMatch(/tables of another program; nothing was changed: set another database/)
    expect((await database.query('select text from shoal.chat')).rows).toEqual([{ text: 'theirs' }])

    const path = await emptyFolder('no-database')
    const text = 'a letter, not a database. '.repeat(400)
    await writeFile(join(path, 'shoal.db'), text)
    const embedded = await runToEnd(['start'], { DATA_DIR: path })
    expect(embedded.code).toBe(69)
    expect(embedded.output).toMatch(/shoal\.db in DATA_DIR is not an SQLite database: set another DATA_DIR/)
    expect(await readFile(join(path, 'shoal.db'), 'utf8')).toBe(text)
  })
})

describe('SIGTERM while the schema is created', longTimeout, () => {
  // The signal arrives before the start gets the migration lock, which another instance holds, or inside the lock,
  // while the first statement waits for another transaction.
  test.each([
    ['while it waits for the lock', `select pg_advisory_xact_lock(${migrationLock})`, 'advisory'],
    ['in the middle of the transaction', 'create schema shoal', 'transactionid'],
  ])(
    '%s: the process exits, nothing is half done, and the next start creates the schema',
    async (_when, statement, waitsFor) => {
      const env = { DATABASE_URL: await postgres.createDatabase(), DATA_DIR: await emptyFolder(waitsFor) }
      const other = await connect(env.DATABASE_URL)
      await other.query(`begin; ${statement}`)
      const instance = startShoal(['start'], env)
      const observer = await connect(env.DATABASE_URL)
      const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and wait_event = $1 and datname = current_database()`
      await expect.poll(async () => (await observer.query(waiting, [waitsFor])).rowCount, waitOptions).toBe(1)
      instance.kill('SIGTERM')
      expect([0, 69]).toContain(await instance.ended)
      await other.query('rollback')
      await expect.poll(async () => (await observer.query(waiting, [waitsFor])).rowCount, waitOptions).toBe(0)
      const tables = `select count(*)::int as n from pg_tables where schemaname = 'shoal'`
      expect((await observer.query(tables)).rows).toEqual([{ n: 0 }])
      expect(await runToEnd(['migrate'], env)).toMatchObject({ code: 0 })
      const { rows } = (await observer.query(tables)) as { rows: { n: number }[] }
      expect(rows[0]?.n).toBeGreaterThan(10)
    },
  )
})
