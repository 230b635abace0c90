import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SettingsView } from '../../protocol/http/settings.ts'
import { defaultLimits } from '../../server/settings/index.ts'
import { ApiClient } from '../support/api-client.ts'
import { startInProcess } from '../support/in-process-fleet.ts'
import type { InProcessFleet } from '../support/in-process-fleet.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { startStandalone } from '../support/redis-server.ts'
import type { TestRedis } from '../support/redis-server.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'
import { TestSocket } from '../support/socket.ts'

let postgres: PostgresServer
let redis: TestRedis
let provider: ScriptedProvider
let fleet: InProcessFleet

beforeAll(async () => {
  postgres = await startPostgresServer()
  redis = await startStandalone()
  provider = await startScriptedProvider({ slow: { words: 300, wordsPerSecond: 20 }, fast: { words: 5 } })
  fleet = await startInProcess({
    instances: 3,
    databaseUrl: await postgres.createDatabase(),
    env: {
      REDIS_URL: redis.variables.url,
      WEBUI_NAME: 'From the environment',
      OPENAI_API_BASE_URL: provider.v1,
    },
  })
})
afterAll(async () => {
  await fleet.stop()
  await provider.close()
  await redis.stop()
  await postgres.stop()
})

const read = (url = fleet.urls()[0]): Promise<SettingsView> =>
  fleet.api.call('GET', '/api/settings', undefined, url)
const put = async (change: object, url?: string): Promise<SettingsView> => {
  const { revision: basedOn } = await read(url)
  return fleet.api.call('PUT', '/api/settings', { basedOn, values: {}, ...change }, url)
}

describe('settings', () => {
  test('P6: a change applies on every instance, as one snapshot, and the page shows that', async () => {
    const before = await read()
    expect(before).toMatchObject({
      writable: true,
      stored: [],
      values: { name: 'From the environment', signUp: false, ...defaultLimits },
    })
    await put({ values: { name: 'Ours', signUp: true, defaultRole: 'user' } })
    for (const url of fleet.urls()) {
      await expect
        .poll(async () => (await read(url)).values)
        .toMatchObject({ name: 'Ours', signUp: true, defaultRole: 'user' })
      await expect.poll(async () => (await read(url)).applied).toEqual({ on: 3, of: 3 })
      const app = await (await fetch(`${url}/api/app`)).json()
      expect(app).toMatchObject({ name: 'Ours', signUp: 'open' })
    }
    expect((await read()).stored).toContainEqual({
      name: 'name',
      variable: 'WEBUI_NAME',
      environment: 'From the environment',
    })
  })

  test('two administrators cannot overwrite each other unnoticed', async () => {
    const { revision: basedOn } = await read()
    await put({ values: { name: 'First' } }, fleet.urls()[1])
    const second = fleet.api.call(
      'PUT',
      '/api/settings',
      { basedOn, values: { name: 'Second' } },
      fleet.urls()[2],
    )
    await expect(second).rejects.toThrow(/409.*admin changed the settings on/)
    await expect.poll(async () => (await read()).values.name).toBe('First')
  })

  test('an invalid value is refused with its field', async () => {
    await expect(put({ values: { runsPerMinute: 0 } })).rejects.toThrow(/400.*"field":"values.runsPerMinute"/)
    await expect(put({ values: { defaultRole: 'king' } })).rejects.toThrow(/400.*defaultRole/)
  })

  test('a setting can return to the value of the environment', async () => {
    await put({ unset: ['name'] })
    expect((await read()).values.name).toBe('From the environment')
  })

  test('with ENABLE_PERSISTENT_CONFIG=false only the environment counts', async () => {
    const plain = await fleet.add({ ENABLE_PERSISTENT_CONFIG: 'false' })
    const view = await read(plain.url)
    expect(view).toMatchObject({ writable: false, stored: [], values: { signUp: false } })
    await expect(put({ values: { signUp: true } }, plain.url)).rejects.toThrow(
      /403.*ENABLE_PERSISTENT_CONFIG/,
    )
    await plain.instance.stop()
    fleet.instances.pop()
  })

  test('P7: the limit of answers per minute holds over the fleet, and the response has the remaining number', async () => {
    await put({ values: { runsPerMinute: 4 } })
    for (const url of fleet.urls())
      await expect.poll(async () => (await read(url)).values.runsPerMinute).toBe(4)
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        fetch(`${fleet.urls()[index % 3]}/api/runs`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${fleet.api.token}` },
          body: JSON.stringify({ clientId: `limited-${index}`, model: 'fast', text: 'hi' }),
        }),
      ),
    )
    const passed = answers.filter(({ status }) => status === 200)
    const refused = answers.filter(({ status }) => status === 429)
    expect([passed.length, refused.length]).toEqual([4, 8])
    expect(passed[0]?.headers.get('ratelimit-limit')).toBe('4')
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
    await put({ values: { runsPerMinute: null } })
    await expect.poll(async () => (await read(fleet.urls()[1])).values.runsPerMinute).toBeNull()
  })

  test('P7: an API client’s requests count with its user’s answers, on any instance, streamed or not', async () => {
    await put({ values: { runsPerMinute: 5 } })
    for (const url of fleet.urls())
      await expect.poll(async () => (await read(url)).values.runsPerMinute).toBe(5)
    const sendRequest = (index: number, stream: boolean): Promise<Response> =>
      fetch(`${fleet.urls()[index % 3]}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${person.token}` },
        body: JSON.stringify({ model: 'fast', stream, messages: [{ role: 'user', content: 'hi' }] }),
      })
    const person = new ApiClient(fleet.urls()[0] ?? '')
    await person.signUp('limited@example.org')
    await person.startRun({ model: 'fast', text: 'hi' })
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => sendRequest(index, index % 2 === 0)),
    )
    await Promise.all(answers.map((answer) => answer.text()))
    const passed = answers.filter(({ status }) => status === 200)
    expect([passed.length, answers.filter(({ status }) => status === 429).length]).toEqual([4, 4])
    for (const answer of passed) expect(answer.headers.get('ratelimit-limit')).toBe('5')
    const refused = await sendRequest(0, true)
    expect(await refused.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'rate_limited' } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    await put({ values: { runsPerMinute: null } })
    for (const url of fleet.urls())
      await expect.poll(async () => (await read(url)).values.runsPerMinute).toBeNull()
  })

  test('concurrent requests of one instance are limited: a waiting answer shows its phase, and can be stopped', async () => {
    const url = fleet.urls()[0]!
    await put({ values: { runningPerInstance: 1 } }, url)
    const first = await fleet.api.startRun({ model: 'slow', text: 'first' }, url)
    await expect.poll(() => provider.live()).toBe(1)
    const second = await fleet.api.startRun({ model: 'slow', text: 'second' }, url)
    const socket = await new TestSocket(url, { token: fleet.api.token }).open()
    socket.hello().send({ t: 'follow', runId: second.runId })
    expect(await socket.frame('run')).toMatchObject({ phase: 'queued' })
    await fleet.api.call('POST', `/api/runs/${first.runId}/stop`, {}, url)
    await socket.frame('run.phase', ({ phase }) => phase === 'running')
    await socket.frame('w')
    const third = await fleet.api.startRun({ model: 'slow', text: 'third' }, url)
    await fleet.api.call('POST', `/api/runs/${third.runId}/stop`, {}, url)
    await expect
      .poll(async () => (await fleet.api.chat(third.chatId)).messages.at(-1)?.status)
      .toBe('stopped')
    await fleet.api.call('POST', `/api/runs/${second.runId}/stop`, {}, url)
    await put({ values: { runningPerInstance: null } }, url)
    socket.close()
  })

  test('a user’s running answers are limited over the fleet', async () => {
    await put({ values: { runningPerUser: 1 } })
    await expect.poll(async () => (await read(fleet.urls()[1])).values.runningPerUser).toBe(1)
    const running = await fleet.api.startRun({ model: 'slow', text: 'one' }, fleet.urls()[0])
    await expect(fleet.api.startRun({ model: 'slow', text: 'two' }, fleet.urls()[1])).rejects.toThrow(
      'too_many_runs',
    )
    await fleet.api.call('POST', `/api/runs/${running.runId}/stop`, {})
    await put({ values: { runningPerUser: null } })
  })

  test('a user’s sockets are limited: one more is refused with the reason, and a closed socket frees its slot', async () => {
    await put({ values: { socketsPerUser: 1 } })
    const url = fleet.urls()[1]!
    await expect.poll(async () => (await read(url)).values.socketsPerUser).toBe(1)
    const { token } = fleet.api
    const first = (await new TestSocket(url, { token }).open()).hello()
    await first.frame('welcome')
    const refused = (await new TestSocket(url, { token }).open()).hello()
    expect((await refused.frame('error')).error).toMatchObject({ code: 'rate_limited', retryAfterMs: 10_000 })
    expect(await refused.closed).toMatchObject({ code: 4007 })
    const stream = await fetch(`${url}/api/live?tab=test`, { headers: { cookie: `token=${token}` } })
    expect(stream.status).toBe(429)
    expect(stream.headers.get('retry-after')).toBe('10')
    // The limit applies to all instances in total.
    const elsewhere = (await new TestSocket(fleet.urls()[0]!, { token }).open()).hello()
    expect(await elsewhere.closed).toMatchObject({ code: 4007 })
    first.close()
    await expect
      .poll(async () => {
        const next = (await new TestSocket(url, { token }).open()).hello()
        return Promise.race([next.frame('welcome').then(() => next.close()), next.closed])
      })
      .toBeUndefined()
    await put({ values: { socketsPerUser: null } })
  })

  test('settings are for administrators', async () => {
    const user = new ApiClient(fleet.urls()[0]!)
    await put({ values: { signUp: true, defaultRole: 'user' } })
    await user.signUp('somebody@example.com')
    await expect(user.call('GET', '/api/settings')).rejects.toThrow('403')
  })
})
