// Neither a wrong reply of Redis nor a missing one stops an instance: the instance serves, reports the same sentence
// everywhere, and recovers without a restart. Errors in the variables are tested in redis-settings.test.ts.
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { signMessage } from '../../server/coordination/bus/redis-bus.ts'
import { createSigner } from '../../server/coordination/signer.ts'
import { ApiClient } from '../support/api-client.ts'
import { makeCertificates } from '../support/certificates.ts'
import { freePort } from '../support/free-port.ts'
import { startInstance } from '../support/instance-process.ts'
import { startOldRedis } from '../support/old-redis.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { RedisProcess } from '../support/redis-process.ts'
import {
  smallestRights,
  startCluster,
  startSentinel,
  startStandalone,
  startWithPassword,
} from '../support/redis-server.ts'
import { TestSocket } from '../support/socket.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { TemporaryFolder } from '../support/temporary-folder.ts'

/** The promise is five seconds; a busy machine may need longer. */
const waitOptions = { timeout: 20_000 }
const longTimeout = { timeout: 90_000 }
const secret = 'a secret that is long enough for anybody'
let folder: TemporaryFolder
let postgres: PostgresServer
/** One database for each instance that the tests start. */
const databases: string[] = []
const stack = new AsyncDisposableStack()

beforeAll(async () => {
  folder = stack.use(await temporaryFolder('redis-input'))
  postgres = await startPostgresServer()
  stack.defer(() => postgres.stop())
  for (let count = 0; count < 11; count++) databases.push(await postgres.createDatabase())
})
afterAll(() => stack.disposeAsync())

/** An instance that starts with this Redis. */
async function startWithRedis(env: Record<string, string>) {
  const logFile = join(folder.path, `${crypto.randomUUID()}.log`)
  const instance = await startInstance({
    label: 'met',
    logFile,
    env: {
      DATABASE_URL: databases.pop() ?? '',
      WEBUI_SECRET_KEY: secret,
      ...env,
    },
  })
  const api = new ApiClient(instance.url)
  await api.signUp()
  return {
    api,
    /** `/ready` answers 200 with the sentence; the log and the cluster view have the same sentence. */
    async reports(sentence: RegExp): Promise<void> {
      await vi.waitFor(
        async () =>
          expect(await readRedis(instance.url)).toMatchObject({
            ready: 200,
            problem: expect.stringMatching(sentence),
          }),
        waitOptions,
      )
      const { redis } = await api.call<{ redis: { problem?: string } }>('GET', '/api/cluster')
      expect(redis.problem).toMatch(sentence)
      await vi.waitFor(async () => expect(await readFile(logFile, 'utf8')).toMatch(sentence), waitOptions)
    },
    log: () => readFile(logFile, 'utf8'),
    async recovers(): Promise<void> {
      await vi.waitFor(
        async () => expect(await readRedis(instance.url)).toEqual({ ready: 200, problem: undefined }),
        { timeout: 40_000 },
      )
      expect(instance.alive).toBe(true)
    },
    [Symbol.asyncDispose]: () => instance.stop(),
  }
}

async function readRedis(url: string): Promise<{ ready: number; problem: string | undefined }> {
  const response = await fetch(`${url}/ready`)
  const { checks } = (await response.json()) as { checks: { name: string; problem?: string }[] }
  return { ready: response.status, problem: checks.find(({ name }) => name === 'redis')?.problem }
}

describe.concurrent('no answer of Redis stops an instance', () => {
  test('NOAUTH and WRONGPASS, until the password is correct', longTimeout, async () => {
    await using redis = await startWithPassword()
    const [server] = redis.servers
    await using instance = await startWithRedis({ REDIS_URL: `redis://127.0.0.1:${server!.port}` })
    await instance.reports(/asks for a password: write redis:\/\/:password@host in REDIS_URL/)
    await server!.admin.config('SET', 'requirepass', '')
    await instance.recovers()
    await using other = await startWithRedis({
      REDIS_URL: `redis://somebody:wrong@127.0.0.1:${server!.port}`,
      REDIS_KEY_PREFIX: 'other',
    })
    await other.reports(/refuses the user or password: correct them in REDIS_URL/)
    await server!.admin.call('ACL', 'SETUSER', 'somebody', 'on', '>wrong', '+@all', '~*', '&*')
    await other.recovers()
  })

  test('NOPERM, until the right is granted', longTimeout, async () => {
    await using redis = await startStandalone()
    const { admin, port } = redis.servers[0]!
    const rights = smallestRights('open-webui').split(' ')
    await admin.call('ACL', 'SETUSER', 'shoal', 'on', '>x', ...rights, '-evalsha', '-eval')
    await using instance = await startWithRedis({ REDIS_URL: `redis://shoal:x@127.0.0.1:${port}` })
    await instance.reports(/lacks a right .*eval.*grant it with ACL SETUSER/)
    await admin.call('ACL', 'SETUSER', 'shoal', '+evalsha', '+eval')
    await instance.recovers()
  })

  test('a certificate of another authority, until it is replaced', longTimeout, async () => {
    const [trusted, other] = await Promise.all(
      ['trusted', 'other'].map(async (name) => {
        await mkdir(join(folder.path, name))
        return makeCertificates(join(folder.path, name))
      }),
    )
    const port = await freePort()
    const server = new RedisProcess({
      folder: folder.path,
      port,
      config: [
        `tls-port ${port}`,
        `tls-cert-file ${other!.cert}`,
        `tls-key-file ${other!.key}`,
        `tls-ca-cert-file ${other!.ca}`,
        'tls-auth-clients no',
      ],
      client: { tls: { rejectUnauthorized: false } },
    })
    await server.start()
    await using _ = { [Symbol.asyncDispose]: () => server.stop() }
    await using instance = await startWithRedis({
      REDIS_URL: `rediss://localhost:${port}`,
      REDIS_TLS_CA_FILE: trusted!.ca,
    })
    await instance.reports(
      /certificate of Redis at .* is not trusted .*set REDIS_TLS_CA_FILE to the certificate of its authority/,
    )
    await server.admin.config('SET', 'tls-cert-file', trusted!.cert, 'tls-key-file', trusted!.key)
    await instance.recovers()
  })

  test('a master name that no sentinel knows, until the sentinels monitor it', longTimeout, async () => {
    await using redis = await startSentinel()
    await using instance = await startWithRedis({
      REDIS_URL: 'redis://othermaster',
      REDIS_SENTINEL_HOSTS: redis.variables.sentinelHosts ?? '',
    })
    await instance.reports(/know no master with that name: correct the name of the master in REDIS_URL/)
    for (const { admin } of redis.sentinels)
      await admin.call('SENTINEL', 'MONITOR', 'othermaster', '127.0.0.1', redis.servers[0]!.port, '2')
    await instance.recovers()
  })

  test('a Cluster with unassigned slots, until they are assigned', longTimeout, async () => {
    await using redis = await startCluster()
    const [first] = redis.servers
    await Promise.all(redis.servers.map(({ admin }) => admin.cluster('DELSLOTS', 0)))
    await vi.waitFor(
      async () => expect(await first!.admin.cluster('INFO')).toContain('cluster_state:fail'),
      waitOptions,
    )
    await using instance = await startWithRedis({ REDIS_URL: redis.variables.url, REDIS_CLUSTER: 'true' })
    await instance.reports(/the Redis Cluster at .* is down/)
    await first!.admin.cluster('ADDSLOTS', 0)
    await instance.recovers()
  })

  test('a version before 7.0, until it is upgraded', longTimeout, async () => {
    await using redis = await startStandalone()
    await using old = await startOldRedis(redis.servers[0]!.port)
    await using instance = await startWithRedis({ REDIS_URL: `redis://127.0.0.1:${old.port}` })
    await instance.reports(/is version 6\.2\.\d+: Shoal needs 7\.0 or newer/)
    old.upgrade()
    await instance.recovers()
  })

  test('no answer, until a Redis listens', longTimeout, async () => {
    const port = await freePort()
    await using instance = await startWithRedis({ REDIS_URL: `redis://127.0.0.1:${port}` })
    await instance.reports(/nothing listens at .*: start Redis, or correct the host and port in REDIS_URL/)
    const server = new RedisProcess({ folder: folder.path, port })
    await server.start()
    await instance.recovers()
    await server.stop()
  })

  test(
    'an eviction policy, no maxmemory, no persistence: warnings, each logged once',
    longTimeout,
    async () => {
      await using redis = await startStandalone(['maxmemory-policy allkeys-lru'])
      await using instance = await startWithRedis({ REDIS_URL: redis.variables.url })
      const warnings = async (): Promise<string[]> =>
        (await instance.api.call<{ redis: { warnings: string[] } }>('GET', '/api/cluster')).redis.warnings
      await instance.recovers()
      await vi.waitFor(async () => expect(await warnings()).toHaveLength(3), waitOptions)
      const log = await instance.log()
      for (const warning of await warnings()) expect(log.split(warning)).toHaveLength(2)
    },
  )

  test(
    'keys of another type: reported once, no member counts as dead, and the instance recovers once they are deleted',
    longTimeout,
    async () => {
      await using redis = await startStandalone()
      const { admin } = redis.servers[0]!
      const poisoned = ['{members}:beats', '{members}:facts'].map((name) => `open-webui:shoal1:${name}`)
      await using instance = await startWithRedis({ REDIS_URL: redis.variables.url })
      await instance.recovers()
      for (const key of poisoned) await admin.set(key, 'poison')
      await instance.reports(
        /another program has written open-webui:shoal1:.*members.*beats.*: delete the key/,
      )
      await new Promise((resolve) => setTimeout(resolve, 3000))
      const lines = (await instance.log())
        .split('\n')
        .filter((line) =>
          /another program has written open-webui:shoal1:.*members.*beats.*: delete the key/.test(line),
        )
      expect(lines.length, lines.join('\n')).toBeLessThanOrEqual(2)
      const { data } = await instance.api.call<{ data: { id: string }[] }>('GET', '/v1/models')
      const model = data[0]?.id ?? ''
      const run = await instance.api.startRun({ model, text: 'answer me all the same' })
      await admin.set(`open-webui:shoal1:{${run.runId}}`, 'poison')
      await vi.waitFor(
        async () => expect((await instance.api.chat(run.chatId)).messages.at(-1)?.status).toBe('done'),
        waitOptions,
      )
      await admin.del(...poisoned)
      await instance.recovers()
    },
  )

  test(
    'messages of 10 MB and of unknown form on the bus: reported once, and the next message is received',
    longTimeout,
    async () => {
      await using redis = await startStandalone()
      await using instance = await startWithRedis({ REDIS_URL: redis.variables.url })
      await instance.recovers()
      const { id } = await instance.api.call<{ id: string }>('GET', '/api/auth/me')
      const socket = (await new TestSocket(instance.api.url, { token: instance.api.token }).open()).hello()
      await socket.frame('welcome')
      const { admin } = redis.servers[0]!
      const topic = `open-webui:shoal1:bus:user:${id}`
      const huge = 'x'.repeat(10_000_000)
      const signed = (message: string): string => signMessage(createSigner(secret), `user:${id}`, message)
      const unreadable = [
        huge,
        signed(`1 somebody 1 -1 ${huge}`),
        signed('2 in a form that is not yet known'),
        '',
      ]
      const event = { type: 'chat.deleted', chatId: 'c' }
      const content = ['user.event', { from: 'somebody', userId: id, event }]
      for (const message of [...unreadable, signed(`1 somebody 1 -1 ${JSON.stringify(content)}`)]) {
        await vi.waitFor(async () => expect(await admin.publish(topic, message)).toBe(1), waitOptions)
      }
      expect((await socket.frame('event')).event).toEqual(event)
      socket.close()
      // The log line may be written a moment after the event.
      await vi.waitFor(async () => expect(await instance.log()).toMatch(/cannot read/), waitOptions)
      const log = await instance.log()
      expect(log.match(/cannot read/g)).toHaveLength(1)
      expect(log.match(/did not sign/g)).toHaveLength(1)
      await instance.recovers()
    },
  )
})
