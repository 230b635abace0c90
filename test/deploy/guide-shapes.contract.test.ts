// The deployments of Open WebUI's scaling guide with only the image replaced: with their environment, user, folder
// permissions and signals.
import { spawn, spawnSync } from 'node:child_process'
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { freePorts } from '../support/free-port.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { Reader } from '../support/reader.ts'
import { startWithPassword } from '../support/redis-server.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { TemporaryFolder } from '../support/temporary-folder.ts'
import { startContainerLike } from './support/container-like.ts'
import type { ContainerLike } from './support/container-like.ts'

const guide = join(import.meta.dirname, 'guide')
const programs = { sentinel: 'redis-sentinel' }
const isRoot = process.getuid?.() === 0

let folder: TemporaryFolder
let postgres: PostgresServer
let provider: ScriptedProvider
let redisUrl: string
const started = new AsyncDisposableStack()

beforeAll(async () => {
  folder = started.use(await temporaryFolder('guide'))
  await chmod(folder.path, 0o755)
  postgres = await startPostgresServer()
  started.defer(() => postgres.stop())
  const redis = started.use(await startWithPassword())
  redisUrl = redis.variables.url
  provider = await startScriptedProvider()
  started.defer(() => provider.close())
})

afterAll(() => started.disposeAsync())

/** A volume that all instances share and root owns, like a bind mount or a claim without fsGroup. */
async function sharedVolume(name: string): Promise<string> {
  const path = join(folder.path, name)
  await mkdir(path, { mode: 0o755 })
  if (isRoot) await chown(path, 0, 0)
  else await chmod(path, 0o555)
  return path
}

async function guideEnvironment(volume: string): Promise<Record<string, string>> {
  return {
    DATA_DIR: volume,
    DATABASE_URL: (await postgres.createDatabase()).replace(/^postgres:/, 'postgresql:'),
    REDIS_URL: redisUrl,
    REDIS_KEY_PREFIX: `guide-${volume.split('/').at(-1)}`,
    ENABLE_STAR_SESSIONS_MIDDLEWARE: 'true',
    ENABLE_PERSISTENT_CONFIG: 'true',
    // This variable is not in the guide; it names a provider for the answers.
    OPENAI_API_BASE_URL: provider.v1,
  }
}

async function startThree(
  env: Record<string, string>,
  labels: (string | undefined)[],
): Promise<ContainerLike[]> {
  const instances = await Promise.all(
    labels.map((label) => startContainerLike(label ? { ...env, INSTANCE_ID: label } : env)),
  )
  for (const instance of instances) started.defer(() => instance.kill())
  return instances
}

async function expectFleet(instances: ContainerLike[]): Promise<ApiClient> {
  const [first, ...others] = instances.map(({ url }) => url)
  const api = new ApiClient(first!)
  await api.signUp()
  // The instances agree on one secret although none is set: a token of one is valid on all.
  for (const url of others) expect(await api.call('GET', '/api/auth/me', undefined, url)).toBeTruthy()
  for (const url of [first, ...others])
    await expect
      .poll(
        async () => (await api.call<{ members: unknown[] }>('GET', '/api/cluster', undefined, url)).members,
      )
      .toHaveLength(3)
  return api
}

/** Starts an answer on the first instance and reads it through the others. */
async function startReading(api: ApiClient, instances: ContainerLike[]): Promise<() => Promise<void>> {
  const run = await api.startRun({ model: 'words', text: 'go on' }, instances[0]!.url)
  const urls = instances.slice(1).map(({ url }) => url)
  const reader = new Reader({ urls: () => urls, token: api.token, runId: run.runId })
  await expect.poll(() => reader.text.length, { timeout: 10_000 }).toBeGreaterThan(50)
  return async () => {
    await reader.finished(30_000)
    const message = (await api.chat(run.chatId, urls[0])).messages.at(-1)
    expect(message?.status).toBe('done')
    expect(reader.text).toBe(message?.text)
    expect(reader.history.resets).toBe(0)
  }
}

describe('the guide’s deployments with the image replaced', () => {
  test('compose: three instances, no secret, one shared volume owned by root, 10 s to stop', async () => {
    const env = await guideEnvironment(await sharedVolume('compose'))
    const instances = await startThree(env, ['instance-1', 'instance-2', 'instance-3'])
    const api = await expectFleet(instances)
    const read = await startReading(api, instances)
    await instances[0]!.kill('SIGTERM')
    // docker stop waits 10 s.
    expect(await instances[0]!.exited(10_000)).toBe(0)
    await read()
  }, 60_000)

  test('kubernetes: three pods without INSTANCE_ID or probes, one of them killed', async () => {
    const env = await guideEnvironment(await sharedVolume('kubernetes'))
    const instances = await startThree(env, [undefined, undefined, undefined])
    const api = await expectFleet(instances)
    const read = await startReading(api, instances)
    await instances[0]!.kill('SIGKILL')
    await read()
    await instances[1]!.kill('SIGTERM')
    // Kubernetes waits 30 s.
    expect(await instances[1]!.exited(30_000)).toBe(0)
  }, 60_000)

  test('its nginx.conf starts only inside events{} and http{}', async () => {
    const { status, stderr } = spawnSync('nginx', ['-t', '-c', join(guide, 'nginx.conf')], {
      encoding: 'utf8',
    })
    expect(status).not.toBe(0)
    expect(stderr).toContain('"upstream" directive is not allowed here')
  })

  test('its sentinel.conf starts no sentinel: it has a name instead of an address, and its password variable is not replaced', async () => {
    const [port = 0] = await freePorts(1)
    const path = join(folder.path, 'sentinel.conf')
    const text = (await readFile(join(guide, 'sentinel.conf'), 'utf8')).replace('26379', `${port}`)
    await writeFile(path, text)
    const child = spawn(programs.sentinel, [path])
    started.defer(async () => void child.kill('SIGKILL'))
    let output = ''
    child.stdout.on('data', (data: Buffer) => (output += data.toString()))
    child.stderr.on('data', (data: Buffer) => (output += data.toString()))
    const code = await new Promise((resolve) => child.once('exit', resolve))
    expect(code).not.toBe(0)
    expect(output).toMatch(/Can't resolve instance hostname/)
    expect(text).toContain('${REDIS_PASSWORD}')
  })
})

describe.runIf(isRoot)('a data folder that uid 1000 cannot write', () => {
  test('embedded, the start is refused, with the command that cures it', async () => {
    const volume = await sharedVolume('embedded')
    const refused = startContainerLike({ DATA_DIR: volume })
    await expect(refused).rejects.toThrow(/chown.*1000|fsGroup/)
  })
})
