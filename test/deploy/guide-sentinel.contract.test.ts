// The Sentinel files of Open WebUI's scaling guide. With its host names it does not even start, so the tests use
// addresses and show what else does not work. deploy/redis is correct, and redis-files.contract.test.ts kills its
// master.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { startInstance } from '../support/instance-process.ts'
import { RedisProcess } from '../support/redis-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { TemporaryFolder } from '../support/temporary-folder.ts'

const password = 'a-password'
const waitOptions = { timeout: 40_000 }
const stack = new AsyncDisposableStack()
let folder: TemporaryFolder
let master: RedisProcess
let replica: RedisProcess

/** Starts `redis-server` with these lines, like `command:` in the guide. */
async function redis(config: string[], options: { sentinel?: boolean } = {}): Promise<RedisProcess> {
  const client = options.sentinel ? {} : { password }
  const it = new RedisProcess({ folder: folder.path, port: await freePort(), config, client, ...options })
  await it.start()
  stack.defer(() => it.stop())
  return it
}

/** Starts a sentinel with the guide's sentinel.conf, an address, and, if `filledIn`, the password. */
async function sentinel(filledIn: boolean, more: string[] = []): Promise<RedisProcess> {
  const text = await readFile(join(import.meta.dirname, 'guide/sentinel.conf'), 'utf8')
  const lines = text
    .replace('redis-master 6379 2', `127.0.0.1 ${master.port} 1`)
    .replace('${REDIS_PASSWORD}', filledIn ? password : '${REDIS_PASSWORD}')
    .split('\n')
    .filter((line) => line.startsWith('sentinel '))
  return redis([...lines, ...more], { sentinel: true })
}

const fileOf = (it: RedisProcess, name: string): string => join(folder.path, String(it.port), name)

async function flags(it: RedisProcess): Promise<string> {
  const fields = (await it.admin.call('SENTINEL', 'MASTER', 'mymaster')) as string[]
  return fields[fields.indexOf('flags') + 1] ?? ''
}

beforeAll(async () => {
  folder = stack.use(await temporaryFolder('guide-sentinel'))
  master = await redis([`requirepass ${password}`])
  replica = await redis([
    `replicaof 127.0.0.1 ${master.port}`,
    `requirepass ${password}`,
    `masterauth ${password}`,
  ])
})
afterAll(() => stack.disposeAsync())

test(
  'the password variable is not replaced: a sentinel declares the living master dead',
  { timeout: 120_000 },
  async () => {
    const [printed, filledIn] = [await sentinel(false), await sentinel(true)]
    await expect.poll(() => flags(printed), waitOptions).toContain('s_down')
    expect(await flags(filledIn)).toBe('master')
  },
)

test(
  'one file for several sentinels: they consider each other the same sentinel',
  { timeout: 120_000 },
  async () => {
    const first = await sentinel(true)
    await expect
      .poll(() => readFile(fileOf(first, 'redis.conf'), 'utf8'), waitOptions)
      .toContain('sentinel myid')
    const written = await readFile(fileOf(first, 'redis.conf'), 'utf8')
    const second = await sentinel(true, [/^sentinel myid .*$/m.exec(written)?.[0] ?? ''])
    const id = (it: RedisProcess): Promise<unknown> => it.admin.call('SENTINEL', 'MYID')
    expect(await id(second)).toBe(await id(first))
  },
)

test(
  'a REDIS_URL without the password: the instance reports what is missing and serves without Redis',
  { timeout: 120_000 },
  async () => {
    const watch = await sentinel(true)
    const instance = await startInstance({
      label: 'guide',
      env: {
        DATA_DIR: join(folder.path, 'data'),
        REDIS_URL: 'redis://mymaster',
        REDIS_SENTINEL_HOSTS: `127.0.0.1:${watch.port}`,
        REDIS_SENTINEL_PORT: '26379',
        REDIS_SENTINEL_MAX_RETRY_COUNT: '3',
        ENABLE_STAR_SESSIONS_MIDDLEWARE: 'true',
      },
    })
    stack.defer(() => instance.stop())
    const ready = async (): Promise<string> => (await fetch(`${instance.url}/ready`)).text()
    await expect.poll(ready, waitOptions).toMatch(/password/i)
  },
)

test(
  'no masterauth on the master: after a failover it cannot replicate from the new master',
  { timeout: 120_000 },
  async () => {
    await expect.poll(() => replica.admin.info('replication'), waitOptions).toContain('master_link_status:up')
    await replica.admin.replicaof('NO', 'ONE')
    await master.admin.replicaof('127.0.0.1', String(replica.port))
    await expect.poll(() => readFile(fileOf(master, 'redis.log'), 'utf8'), waitOptions).toMatch(/NOAUTH/)
    expect(await master.admin.info('replication')).toContain('master_link_status:down')
    // With masterauth, the former master connects to the new one.
    await master.admin.config('SET', 'masterauth', password)
    await expect.poll(() => master.admin.info('replication'), waitOptions).toContain('master_link_status:up')
  },
)
