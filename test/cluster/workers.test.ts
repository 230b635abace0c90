import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { startInstance } from '../support/instance-process.ts'
import type { InstanceProcess } from '../support/instance-process.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { Reader } from '../support/reader.ts'
import { startStandalone } from '../support/redis-server.ts'
import type { TestRedis } from '../support/redis-server.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'
import { workerPid } from '../support/worker-pid.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { TemporaryFolder } from '../support/temporary-folder.ts'

/** Each of these tests starts many processes, which takes minutes on a busy machine. */
const longTimeout = { timeout: 180_000 }

let folder: TemporaryFolder
let postgres: PostgresServer
let redis: TestRedis
let provider: ScriptedProvider
let databaseUrl: string
const running: InstanceProcess[] = []

beforeAll(async () => {
  folder = await temporaryFolder('workers')
  postgres = await startPostgresServer()
  redis = await startStandalone()
  provider = await startScriptedProvider({
    words: { words: 200, wordsPerSecond: 20 },
    brief: { words: 40, wordsPerSecond: 20 },
    short: { words: 80, wordsPerSecond: 20 },
    long: { words: 2000, wordsPerSecond: 10 },
  })
  databaseUrl = await postgres.createDatabase()
})

afterEach(async () => {
  await Promise.all(running.splice(0).map((instance) => instance.stop()))
})

afterAll(async () => {
  await provider.close()
  await redis.stop()
  await postgres.stop()
  await folder.remove()
})

async function start(env: Record<string, string> = {}): Promise<InstanceProcess> {
  const instance = await startInstance({
    label: 'team',
    env: {
      DATA_DIR: folder.path,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redis.variables.url,
      OPENAI_API_BASE_URL: provider.v1,
      OPENAI_API_CONFIGS: '{"0":{"continues":"trailing"}}',
      ENABLE_OLLAMA_API: 'false',
      WORKERS: '3',
      ...env,
    },
  })
  running.push(instance)
  return instance
}

interface Cluster {
  members: { label: string; incarnation: string; people: number; sockets: number }[]
}

/** The labels of all members. */
async function labels(api: ApiClient): Promise<string[]> {
  const { members } = await api.call<Cluster>('GET', '/api/cluster')
  return members.map(({ label }) => label).sort()
}

/** The status of a request on a new connection. */
async function statusOnNewConnection(url: string): Promise<number | undefined> {
  const request = get(url, { agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('three workers on one port', () => {
  test(
    'one is killed during an answer: the answer resumes, the port answers, the worker is restarted; SIGINT stops all',
    longTimeout,
    async () => {
      const instance = await start()
      const api = new ApiClient(instance.url)
      await api.signUp()
      await expect.poll(() => labels(api), { timeout: 15_000 }).toEqual(['team-1', 'team-2', 'team-3'])

      const run = await api.startRun({ model: 'words', text: 'survive' })
      const reader = new Reader({ urls: () => [instance.url], token: api.token, runId: run.runId })
      await expect.poll(() => reader.text.length).toBeGreaterThan(100)
      const { items } = await api.call<{ items: { owner: string }[] }>('GET', '/api/runs?status=running')
      const label = items[0]!.owner.split('.')[0]!
      const pid = workerPid(instance.pid, label)
      process.kill(pid, 'SIGKILL')
      // The other workers get all new connections from the first moment on.
      for (let attempt = 0; attempt < 30; attempt++) {
        expect(await statusOnNewConnection(`${instance.url}/health`)).toBe(200)
      }
      await reader.finished(30_000)
      const answer = (await api.chat(run.chatId)).messages.at(-1)!
      expect(answer.status).toBe('done')
      expect(reader.text).toBe(answer.text)
      expect(answer.text.split(/\s+/).length).toBeGreaterThanOrEqual(200)
      expect(provider.calls.filter(({ call }) => call > 0).length).toBeGreaterThan(1)

      await expect.poll(() => labels(api), { timeout: 15_000 }).toEqual(['team-1', 'team-2', 'team-3'])
      const back = workerPid(instance.pid, label)
      expect(back).not.toBe(pid)

      const pids = ['team-1', 'team-2', 'team-3'].map((name) => workerPid(instance.pid, name))
      await api.startRun({ model: 'brief', text: 'let me finish' })
      const brief = () => provider.calls.filter(({ model, call }) => model === 'brief' && call > 0)
      await expect.poll(() => brief().length, { timeout: 5000 }).toBe(1)
      // A terminal sends the signal to the whole process group, which still counts as one request to stop.
      for (const worker of pids) process.kill(worker, 'SIGINT')
      instance.kill('SIGINT')
      expect(await instance.exited()).toBe(0)
      expect(brief().map(({ state }) => state)).toEqual(['ended'])
      expect(pids.filter(alive)).toEqual([])
    },
  )

  test('a second signal stops at once, during an answer', longTimeout, async () => {
    const instance = await start({ SHUTDOWN_GRACE_SECONDS: '60' })
    const api = new ApiClient(instance.url)
    await api.signIn()
    await expect.poll(() => labels(api), { timeout: 15_000 }).toEqual(['team-1', 'team-2', 'team-3'])
    await api.startRun({ model: 'long', text: 'go on' })
    await expect.poll(() => provider.live()).toBe(1)
    instance.kill('SIGTERM')
    // A different signal, since two equal signals may arrive as one.
    instance.kill('SIGINT')
    const signalledAt = performance.now()
    await instance.exited()
    expect(performance.now() - signalledAt).toBeLessThan(30_000)
  })

  test('without the supervisor, the workers finish their answers and exit', longTimeout, async () => {
    const instance = await start()
    const api = new ApiClient(instance.url)
    await api.signIn()
    await expect.poll(() => labels(api), { timeout: 15_000 }).toEqual(['team-1', 'team-2', 'team-3'])
    const pids = ['team-1', 'team-2', 'team-3'].map((name) => workerPid(instance.pid, name))
    await api.startRun({ model: 'short', text: 'finish' })
    const written = () => provider.calls.filter(({ model, call }) => model === 'short' && call > 0)
    await expect.poll(() => written().length).toBe(1)
    instance.kill('SIGKILL')
    await instance.exited()
    await expect.poll(() => pids.filter(alive), { timeout: 30_000 }).toEqual([])
    expect(written().map(({ state }) => state)).toEqual(['ended'])
  })

  test('a start that cannot succeed ends with a reason and an exit code', longTimeout, () => {
    const cli = join(import.meta.dirname, '../../server/cli.ts')
    const env = {
      PATH: process.env['PATH'],
      DATA_DIR: folder.path,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redis.variables.url,
      LOG_FORMAT: 'json',
      HOST: '192.0.2.1',
    }
    const ran = spawnSync(process.execPath, [cli, 'start', '--workers', '2'], { encoding: 'utf8', env })
    expect(ran.status).toBe(69)
    expect(ran.stdout).toContain('192.0.2.1')
    const refused = spawnSync(process.execPath, [cli, 'start', '--workers', '2'], {
      encoding: 'utf8',
      env: { ...env, REDIS_URL: '' },
    })
    expect(refused).toMatchObject({
      status: 78,
      stderr:
        'WORKERS: 2 workers need PostgreSQL and Redis, but REDIS_URL is not set.\n  What to do: set REDIS_URL, or WORKERS=1.\n',
    })
  })
})
