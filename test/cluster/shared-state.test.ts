import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { ResponseOf } from '../../protocol/http/index.ts'
import { createKeys } from '../../server/coordination/redis/keys.ts'
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
let env: Record<string, string>

beforeAll(async () => {
  postgres = await startPostgresServer()
  redis = await startStandalone()
  provider = await startScriptedProvider({ fast: { words: 5 }, titles: { words: 3 } })
  env = {
    REDIS_URL: redis.variables.url,
    ENABLE_SIGNUP: 'true',
    DEFAULT_USER_ROLE: 'user',
    ENABLE_TITLE_GENERATION: 'true',
    TASK_MODEL: 'titles',
    OPENAI_API_BASE_URL: provider.v1,
  }
  fleet = await startInProcess({ instances: 2, databaseUrl: await postgres.createDatabase(), env })
})

afterAll(async () => {
  await fleet.stop()
  await provider.close()
  await redis.stop()
  await postgres.stop()
})

const admin = () => redis.servers[0]!.admin
const keys = (pattern: string): Promise<string[]> => admin().keys(pattern)
const sessions = (): Promise<string[]> => keys('open-webui:shoal1:session:*')

interface SessionList {
  items: { id: string; device: string; current: boolean }[]
}

async function signUpUser(email: string): Promise<{ client: ApiClient; key: string }> {
  const client = new ApiClient(fleet.urls()[0]!)
  await client.signUp(email)
  const { items } = await client.call<SessionList>('GET', '/api/account/sessions')
  const key = createKeys('open-webui').session(items.find(({ current }) => current)!.id)
  return { client, key }
}

describe('sessions as Redis shows them', () => {
  test('have device, last use and expiry, and are deleted by a sign-out on any instance', async () => {
    const { client, key } = await signUpUser('ann@example.com')
    await expect.poll(() => admin().get(key)).not.toBeNull()
    const shown = JSON.parse((await admin().get(key))!) as Record<string, unknown>
    expect(shown).toMatchObject({ device: expect.any(String), lastUsedAt: expect.any(Number) })
    expect(JSON.stringify(shown)).not.toContain(client.token)
    expect(Number(shown['expiresAt']) - Date.now() - (await admin().pttl(key))).toBeLessThan(60_000)
    // The same search as the command in the guide.
    expect(await keys('open-webui:*')).toContain(key)
    await client.call('POST', '/api/auth/sign-out', undefined, fleet.urls()[1])
    await expect.poll(() => admin().exists(key)).toBe(0)
  })

  test('a sign-out everywhere deletes all sessions of that user, and no others', async () => {
    const ben = await signUpUser('ben@example.com')
    const cleo = await signUpUser('cleo@example.com')
    const other = new ApiClient(fleet.urls()[1]!)
    await other.signIn('ben@example.com')
    await expect.poll(async () => (await sessions()).length).toBeGreaterThanOrEqual(3)
    const before = await sessions()
    await ben.client.call('POST', '/api/auth/sign-out-everywhere')
    await expect.poll(async () => (await sessions()).length).toBe(before.length - 2)
    expect(await sessions()).toContain(cleo.key)
    expect(await sessions()).not.toContain(ben.key)
  })

  test('after FLUSHALL nobody is signed out, and a session is shown again when it is used', async () => {
    const { client, key } = await signUpUser('dora@example.com')
    await expect.poll(() => admin().exists(key)).toBe(1)
    await admin().flushall()
    expect(await client.call('GET', '/api/auth/me', undefined, fleet.urls()[1])).toMatchObject({
      email: 'dora@example.com',
    })
    // A use is written at most once a minute, and the previous write is less than a minute old.
    expect(await admin().exists(key)).toBe(0)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 })
    onTestFinished(() => void vi.useRealTimers())
    await client.call('GET', '/api/auth/me')
    await expect.poll(() => admin().exists(key)).toBe(1)
  })

  test('ENABLE_STAR_SESSIONS_MIDDLEWARE=false shows none, but sessions are valid on every instance', async () => {
    const plain = await startInProcess({
      databaseUrl: await postgres.createDatabase(),
      env: { ...env, ENABLE_STAR_SESSIONS_MIDDLEWARE: 'false', REDIS_KEY_PREFIX: 'plain' },
    })
    onTestFinished(() => plain.stop())
    const second = await plain.add()
    expect(
      await plain.api.call<{ email: string }>('GET', '/api/auth/me', undefined, second.url),
    ).toMatchObject({ email: 'admin@example.com' })
    expect(await keys('plain:shoal1:*')).not.toEqual([])
    expect(await keys('plain:shoal1:session:*')).toEqual([])
  })
})

test('presence: administrators see how many users have a page open on each instance', async () => {
  const { client } = await signUpUser('eve@example.com')
  const url = fleet.urls()[1]!
  const tabs: TestSocket[] = []
  for (const token of [client.token, client.token, fleet.api.token]) {
    const tab = await new TestSocket(url, { token }).open()
    await tab.hello().frame('welcome')
    tabs.push(tab)
  }
  const people = async (): Promise<Record<string, number>> => {
    const { members } = await fleet.api.call<{ members: { label: string; people: number }[] }>(
      'GET',
      '/api/cluster',
    )
    return Object.fromEntries(members.map((member) => [member.label, member.people]))
  }
  await expect.poll(people, { timeout: 10_000 }).toEqual({ 'local-1': 0, 'local-2': 2 })
  for (const tab of tabs.slice(0, 2)) tab.close()
  await expect.poll(people, { timeout: 10_000 }).toEqual({ 'local-1': 0, 'local-2': 1 })
  tabs[2]!.close()
})

test('O10: administrators see how many pages on each instance use a fallback', async () => {
  const fallbacks = async (): Promise<Record<string, number>> => {
    const { members } = await fleet.api.call<ResponseOf<'getCluster'>>('GET', '/api/cluster')
    return Object.fromEntries(members.map((member) => [member.label, member.fallbacks]))
  }
  const stop = new AbortController()
  const headers = { cookie: `token=${fleet.api.token}` }
  const { body } = await fetch(`${fleet.urls()[1]}/api/live?tab=fallback`, { headers, signal: stop.signal })
  // Node ends a response that nobody refers to when it collects garbage: the reader keeps this one open.
  const reader = body!.getReader()
  await reader.read()
  await expect.poll(fallbacks, { timeout: 10_000 }).toEqual({ 'local-1': 0, 'local-2': 1 })
  stop.abort()
  await expect(reader.closed).rejects.toThrow('aborted')
  await expect.poll(fallbacks, { timeout: 10_000 }).toEqual({ 'local-1': 0, 'local-2': 0 })
})

test('a title is written by a job, once, and sent to every tab', async () => {
  const countTitleCalls = (): number => provider.calls.filter(({ model }) => model === 'titles').length
  const before = countTitleCalls()
  const socket = await new TestSocket(fleet.urls()[1]!, { token: fleet.api.token }).open()
  await socket.hello().frame('welcome')
  const run = await fleet.api.startRun({ model: 'fast', text: 'what is it about' }, fleet.urls()[0])
  const title = async (): Promise<string> => (await fleet.api.chat(run.chatId)).title
  await expect.poll(title, { timeout: 10_000 }).not.toBe('what is it about')
  const made = await title()
  await socket.frame('event', ({ event }) => event.name === 'chat.changed' && event.chat.title === made)
  expect(countTitleCalls()).toBe(before + 1)
  socket.close()
})

test('a new or changed account is reported to administrators on every instance, and to nobody else', async () => {
  const listen = async (token: string, url: string): Promise<TestSocket> => {
    const socket = await new TestSocket(url, { token }).open()
    await socket.hello().frame('welcome')
    return socket
  }
  const { client } = await signUpUser('listener@example.com')
  const admins = await Promise.all(fleet.urls().map((url) => listen(fleet.api.token, url)))
  const other = await listen(client.token, fleet.urls()[1]!)
  const reports = ({ frames }: TestSocket): number =>
    frames.filter((frame) => frame.t === 'event' && frame.event.name === 'administration.changed').length
  const { id } = await new ApiClient(fleet.urls()[0]!).signUp('counted@example.com')
  await expect.poll(() => admins.map(reports)).toEqual([1, 1])
  await fleet.api.call('PATCH', `/api/users/${id}`, { active: false })
  await expect.poll(() => admins.map((socket) => reports(socket) > 1)).toEqual([true, true])
  expect(reports(other)).toBe(0)
  for (const socket of [...admins, other]) socket.close()
})

test('RESET_CONFIG_ON_START deletes saved settings once per start', async () => {
  const databaseUrl = await postgres.createDatabase()
  const ours = { ...env, REDIS_KEY_PREFIX: 'reset', WEBUI_NAME: 'Environment' }
  const first = await startInProcess({ databaseUrl, env: ours })
  onTestFinished(() => first.stop())
  interface View {
    revision: string
    values: { name: string }
    stored: unknown[]
  }
  const view = (url?: string): Promise<View> => first.api.call('GET', '/api/settings', undefined, url)
  const { revision: basedOn } = await view()
  await first.api.call('PUT', '/api/settings', { basedOn, values: { name: 'Saved' }, unset: [] })
  expect((await view()).values.name).toBe('Saved')
  const second = await first.add({ RESET_CONFIG_ON_START: 'true' })
  expect(await view(second.url)).toMatchObject({ values: { name: 'Environment' }, stored: [] })
  await expect.poll(async () => (await view()).values.name).toBe('Environment')
  // Settings that are saved afterwards stay.
  const { revision } = await view(second.url)
  await first.api.call('PUT', '/api/settings', { basedOn: revision, values: { name: 'Again' }, unset: [] })
  await expect.poll(async () => (await view(second.url)).values.name).toBe('Again')
})
