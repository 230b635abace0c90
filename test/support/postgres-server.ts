import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import pg from 'pg'
import { sleep } from '../../server/base/index.ts'
import { killOnExit } from './kill-on-exit.ts'
import { findProgram } from './find-program.ts'

/** A real PostgreSQL server for one test file, in its own folder and on a free port of loopback. */
export interface PostgresServer {
  /** Creates a database and returns its URL. `options` are added to the statement `create database`. */
  createDatabase(options?: string): Promise<string>
  /** The process id of the server, to stop and continue it in a test. */
  pid(): number
  /** Sends SIGQUIT: the server exits at once, and all connections break. `start` restarts it with its data. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

interface Options {
  /** Settings of postgresql.conf, such as `max_connections`. */
  settings?: Record<string, string | number>
  /** The name of the superuser; default `shoal`. */
  superuser?: string
}

export async function startPostgresServer({
  settings = {},
  superuser = 'shoal',
}: Options = {}): Promise<PostgresServer> {
  const bin = findBinaries()
  const user = unprivilegedUser()
  const folder = mkdtempSync(join(tmpdir(), 'shoal-postgres-'))
  if (user) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const init = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-A', 'trust', '-U', superuser, '-E', 'UTF8', '--no-sync'],
    {
      ...user,
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
    },
  )
  if (init.status !== 0) throw new Error(`initdb failed: ${init.stderr}${init.error?.message ?? ''}`)

  const port = await freePort()
  const flags = Object.entries({
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '16MB',
    ...settings,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const url = (database: string): string => `postgres://${superuser}@127.0.0.1:${port}/${database}`

  let child: ChildProcess
  let said = ''
  const start = async (): Promise<void> => {
    child = spawn(join(bin, 'postgres'), ['-D', data, ...flags], {
      ...user,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    killOnExit(child, 'SIGQUIT')
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)))
    await waitUntilReady(url('postgres'), child, () => said)
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  await start()

  let databases = 0
  return {
    createDatabase: async (options = '') => {
      const name = `test_${++databases}`
      await query(url('postgres'), `create database ${name} ${options}`)
      return url(name)
    },
    pid: () => child.pid ?? 0,
    kill: () => end('SIGQUIT'),
    start,
    stop: async () => {
      await end('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function findBinaries(): string {
  const newest = globSync('/usr/lib/postgresql/*/bin/initdb').sort().at(-1)
  const found = newest ?? findProgram('initdb')
  if (found) return dirname(found)
  throw new Error('PostgreSQL is not installed: install the package postgresql')
}

/** PostgreSQL refuses to run as root, so root starts it as this user. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => /^(postgres|nobody):/.test(entry))
  const [, , uid = '65534', gid = '65534'] = line?.split(':') ?? []
  return { uid: Number(uid), gid: Number(gid) }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query(text)
  } finally {
    await client.end()
  }
}

async function waitUntilReady(url: string, child: ChildProcess, said: () => string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL did not start: ${said()}`)
    try {
      await query(url, 'select 1')
      return
    } catch {
      await sleep(100)
    }
  }
  throw new Error(`PostgreSQL was not ready within 30 s: ${said()}`)
}
