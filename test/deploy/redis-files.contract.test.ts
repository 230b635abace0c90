import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { makeCertificates } from '../support/certificates.ts'
import { freePorts } from '../support/free-port.ts'
import { startInstance } from '../support/instance-process.ts'
import type { InstanceProcess } from '../support/instance-process.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { Reader } from '../support/reader.ts'
import { smallestRights } from '../support/redis-server.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { TemporaryFolder } from '../support/temporary-folder.ts'

const published = join(import.meta.dirname, '../../deploy/redis')
const all = process.env['SHOAL_TEST_ALL'] === '1'
const programs = { cli: 'redis-cli' }
const passwords = { shoal: 'a-password-of-shoal', internal: 'a-password-of-redis' }

let folder: TemporaryFolder
/** A copy of the published files, because a server may change the file that it was started with. */
let files: string
let postgres: PostgresServer
let provider: ScriptedProvider
const started = new AsyncDisposableStack()

beforeAll(async () => {
  folder = started.use(await temporaryFolder('redis-files'))
  files = join(folder.path, 'published')
  await cp(published, files, { recursive: true })
  await writeFile(join(folder.path, 'shoal'), `${passwords.shoal}\n`)
  await writeFile(join(folder.path, 'internal'), `${passwords.internal}\n`)
  postgres = await startPostgresServer()
  started.defer(() => postgres.stop())
  provider = await startScriptedProvider()
  started.defer(() => provider.close())
})

afterAll(() => started.disposeAsync())

interface Server {
  home: string
  kill(): Promise<void>
}

/** Runs a published start script in its own folder, as a container does. */
async function run(name: string, script: string, args: string[], several = false): Promise<Server> {
  const home = join(folder.path, name)
  await mkdir(home, { recursive: true })
  const child = spawn(join(files, script), args, {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      RUN_DIR: home,
      DATA_DIR: home,
      REDIS_PASSWORD_FILE: join(folder.path, 'shoal'),
      ...(several ? { REDIS_INTERNAL_PASSWORD_FILE: join(folder.path, 'internal') } : {}),
    },
  })
  let output = ''
  child.stdout.on('data', (data: Buffer) => (output += data.toString()))
  child.stderr.on('data', (data: Buffer) => (output += data.toString()))
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  started.defer(kill)
  await expect
    .poll(
      () => {
        if (child.exitCode !== null) throw new Error(`${name} ended: ${output}`)
        return output
      },
      { timeout: 10_000 },
    )
    .toMatch(/Ready to accept connections|Sentinel ID is/)
  return { home, kill }
}

/** A published file in which container paths are replaced. */
async function withPathsReplaced(name: string, replacements: [from: string, to: string][]): Promise<string> {
  let text = await readFile(join(files, name), 'utf8')
  for (const [from, to] of replacements) text = text.replaceAll(from, to)
  const path = join(folder.path, `${replacements.length}-${Math.random()}-${name}`)
  await writeFile(path, text)
  return path
}

const local = (port: number): string[] => [`port ${port}`, 'bind 127.0.0.1']

function connect(port: number, username: string, password: string): Redis {
  const redis = new Redis({ host: '127.0.0.1', port, username, password, maxRetriesPerRequest: 1 })
  redis.on('error', () => {})
  started.defer(async () => redis.disconnect())
  return redis
}

async function startShoal(
  env: Record<string, string>,
): Promise<{ api: ApiClient; instance: InstanceProcess }> {
  const instance = await startInstance({
    label: 'one',
    env: {
      DATABASE_URL: await postgres.createDatabase(),
      DATA_DIR: join(folder.path, 'data'),
      OPENAI_API_BASE_URL: provider.v1,
      ...env,
    },
  })
  started.defer(() => instance.stop())
  const api = new ApiClient(instance.url)
  await api.signUp()
  return { api, instance }
}

const redisCheck = async (url: string): Promise<unknown> => {
  const { checks } = (await (await fetch(`${url}/ready`)).json()) as { checks: { name: string }[] }
  return checks.find(({ name }) => name === 'redis')
}

async function readsAnswers(api: ApiClient, count: number, during?: () => Promise<unknown>): Promise<void> {
  const runs = await Promise.all(
    Array.from({ length: count }, () => api.startRun({ model: 'words', text: 'read me' })),
  )
  const { token, url } = api
  const readers = runs.map(({ runId }) => new Reader({ urls: () => [url], token, runId }))
  await during?.()
  await Promise.all(readers.map((reader) => reader.finished(30_000)))
  for (const [index, { chatId }] of runs.entries()) {
    expect(readers[index]!.text).toBe((await api.chat(chatId)).messages.at(-1)!.text)
  }
}

describe('deploy/redis', () => {
  test('users.acl has exactly the rights that every test of Redis runs with', async () => {
    const [lastLine = ''] = (await readFile(join(files, 'users.acl'), 'utf8')).trim().split('\n').slice(-1)
    expect(lastLine).toBe(`user shoal on #PASSWORD-SHA256 resetchannels ${smallestRights('open-webui')}`)
    const replicated = (await readFile(join(files, 'users-replicated.acl'), 'utf8')).split('\n')
    expect(replicated.find((line) => line.startsWith('user shoal '))).toBe(
      `${lastLine} +cluster|slots +cluster|info`,
    )
  })

  test('Redis does not start with the unchanged users.acl, which has no password', async () => {
    const [port = 0] = await freePorts(1)
    const child = spawn('redis-server', ['--port', `${port}`, '--aclfile', join(files, 'users.acl')])
    const [code] = (await once(child, 'exit')) as [number]
    expect(code).not.toBe(0)
  })

  test('redis.conf and users.acl: an instance runs with them, and has no further rights', async () => {
    const [port = 0] = await freePorts(1)
    await run('plain', 'start-redis.sh', [
      join(files, 'redis.conf'),
      join(files, 'users.acl'),
      ...local(port),
    ])
    const { api, instance } = await startShoal({
      REDIS_URL: `redis://shoal:${passwords.shoal}@127.0.0.1:${port}`,
    })
    await expect.poll(() => redisCheck(instance.url)).toEqual({ name: 'redis', ok: true })
    await readsAnswers(api, 2)
    await expect.poll(() => redisCheck(instance.url)).toEqual({ name: 'redis', ok: true })

    const redis = connect(port, 'shoal', passwords.shoal)
    expect(await redis.set('open-webui:test', '1')).toBe('OK')
    for (const refused of [
      () => redis.set('other', '1'),
      () => redis.publish('other', '1'),
      () => redis.flushall(),
      () => redis.keys('*'),
      () => redis.config('GET', 'maxmemory'),
    ]) {
      await expect(refused()).rejects.toThrow(/NOPERM/)
    }
    const nobody = spawn(programs.cli, ['-p', `${port}`, 'ping'])
    const [output] = (await once(nobody.stdout, 'data')) as [Buffer]
    expect(output.toString()).toMatch(/NOAUTH/)
  })

  test.runIf(all)(
    'redis-tls.conf: an instance runs with it, with a private certificate authority',
    async () => {
      const certificates = await makeCertificates(folder.path)
      const [port = 0] = await freePorts(1)
      const conf = await withPathsReplaced('redis-tls.conf', [
        ['/etc/redis/redis.conf', join(files, 'redis.conf')],
        ['/etc/redis/tls/cert.pem', certificates.cert],
        ['/etc/redis/tls/key.pem', certificates.key],
        ['/etc/redis/tls/ca.pem', certificates.ca],
      ])
      await run('tls', 'start-redis.sh', [
        conf,
        join(files, 'users.acl'),
        `tls-port ${port}`,
        'bind 127.0.0.1',
      ])
      const { api, instance } = await startShoal({
        REDIS_URL: `rediss://shoal:${passwords.shoal}@localhost:${port}`,
        REDIS_TLS_CA_FILE: certificates.ca,
      })
      await expect.poll(() => redisCheck(instance.url)).toEqual({ name: 'redis', ok: true })
      await readsAnswers(api, 1)
    },
  )

  test.runIf(all)(
    'sentinel.conf: three sentinels agree, and killing the master during 20 answers cuts none',
    async () => {
      const [master = 0, second = 0, third = 0, ...sentinels] = await freePorts(6)
      const acl = join(files, 'users-replicated.acl')
      const announce = ['replica-announce-ip localhost']
      const first = await run(
        'master',
        'start-redis.sh',
        [join(files, 'redis.conf'), acl, ...local(master), ...announce],
        true,
      )
      for (const port of [second, third]) {
        await run(
          `replica-${port}`,
          'start-redis.sh',
          [join(files, 'redis.conf'), acl, ...local(port), ...announce, `replicaof localhost ${master}`],
          true,
        )
      }
      for (const port of sentinels) {
        const template = await withPathsReplaced('sentinel.conf', [
          ['port 26379', `port ${port}\nbind 127.0.0.1`],
        ])
        await run(
          `sentinel-${port}`,
          'start-sentinel.sh',
          [template, 'localhost', 'localhost', `${master}`],
          true,
        )
      }
      const sentinel = connect(sentinels[0]!, 'default', passwords.internal)
      await expect
        .poll(() => sentinel.call('SENTINEL', 'CKQUORUM', 'mymaster').catch(String), { timeout: 10_000 })
        .toMatch(/^OK 3 usable/)
      const { api, instance } = await startShoal({
        REDIS_URL: `redis://shoal:${passwords.shoal}@mymaster`,
        REDIS_SENTINEL_HOSTS: sentinels.map((port) => `localhost:${port}`).join(','),
        REDIS_SENTINEL_PASSWORD: passwords.internal,
      })
      await expect.poll(() => redisCheck(instance.url)).toEqual({ name: 'redis', ok: true })
      await readsAnswers(api, 20, () => first.kill())
      await expect
        .poll(() => sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster'), { timeout: 20_000 })
        .not.toEqual(['localhost', `${master}`])
      await expect
        .poll(() => redisCheck(instance.url), { timeout: 20_000 })
        .toEqual({ name: 'redis', ok: true })
    },
    60_000,
  )

  test.runIf(all)(
    'redis-cluster.conf: create-cluster.sh joins six nodes, and killing a master cuts no answer',
    async () => {
      const ports = await freePorts(6, 10_000)
      const conf = await withPathsReplaced('redis-cluster.conf', [
        ['/etc/redis/redis.conf', join(files, 'redis.conf')],
      ])
      const nodes: Server[] = []
      for (const port of ports) {
        nodes.push(
          await run(
            `node-${port}`,
            'start-redis.sh',
            [
              conf,
              join(files, 'users-replicated.acl'),
              ...local(port),
              'cluster-announce-hostname localhost',
            ],
            true,
          ),
        )
      }
      const create = (): Promise<number> => {
        const child = spawn(
          join(files, 'create-cluster.sh'),
          ports.map((port) => `127.0.0.1:${port}`),
          {
            stdio: 'ignore',
            env: { PATH: process.env['PATH'], REDIS_INTERNAL_PASSWORD_FILE: join(folder.path, 'internal') },
          },
        )
        return once(child, 'exit').then(([code]) => code as number)
      }
      expect(await create()).toBe(0)
      // An existing Cluster is not changed.
      expect(await create()).toBe(0)
      const { api, instance } = await startShoal({
        REDIS_URL: `redis://shoal:${passwords.shoal}@${ports.map((port) => `127.0.0.1:${port}`).join(',')}`,
        REDIS_CLUSTER: 'true',
      })
      await expect.poll(() => redisCheck(instance.url)).toEqual({ name: 'redis', ok: true })
      await readsAnswers(api, 20, () => nodes[0]!.kill())
      await expect
        .poll(() => redisCheck(instance.url), { timeout: 30_000 })
        .toEqual({ name: 'redis', ok: true })
    },
    120_000,
  )
})
