import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../server/base/index.ts'
import { ApiClient } from '../support/api-client.ts'
import { startInProcess } from '../support/in-process-fleet.ts'
import type { InProcessFleet } from '../support/in-process-fleet.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { Reader } from '../support/reader.ts'
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
  provider = await startScriptedProvider()
  fleet = await startInProcess({
    instances: 3,
    databaseUrl: await postgres.createDatabase(),
    env: {
      REDIS_URL: redis.variables.url,
      ENABLE_SIGNUP: 'true',
      DEFAULT_USER_ROLE: 'user',
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

const status = async (url: string, token: string): Promise<number> =>
  (await fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } })).status

async function signUpUser(email: string): Promise<ApiClient> {
  const client = new ApiClient(fleet.urls()[0]!)
  await client.signUp(email)
  // Every instance has seen the session, so that none reads it from the store for the first time.
  for (const url of fleet.urls()) expect(await status(url, client.token)).toBe(200)
  return client
}

describe('three instances, one Redis, one database', () => {
  test('list each other as members', async () => {
    for (const url of fleet.urls()) {
      await expect
        .poll(
          async () =>
            (await fleet.api.call<{ members: unknown[] }>('GET', '/api/cluster', undefined, url)).members
              .length,
        )
        .toBe(3)
    }
  })

  test('P2: a reader on any instance finally has the stored text', async () => {
    const run = await fleet.api.startRun({ model: 'words', text: 'read me everywhere' }, fleet.urls()[0])
    const readers = fleet
      .urls()
      .map((url) => new Reader({ urls: () => [url], token: fleet.api.token, runId: run.runId }))
    await Promise.all(readers.map((reader) => reader.finished(30_000)))
    const chat = await fleet.api.chat(run.chatId)
    for (const reader of readers) expect(reader.text).toBe(chat.messages.at(-1)?.text)
  })

  test('P2: a reload during an answer shows the text so far, and continues', async () => {
    const run = await fleet.api.startRun({ model: 'words', text: 'reload me' }, fleet.urls()[1])
    await expect
      .poll(async () => (await fleet.api.chat(run.chatId, fleet.urls()[1])).messages.at(-1)?.text.length)
      .toBeGreaterThan(100)
    const message = (await fleet.api.chat(run.chatId, fleet.urls()[1])).messages.at(-1)!
    const socket = await new TestSocket(fleet.urls()[2]!, { token: fleet.api.token }).open()
    socket.hello().send({
      t: 'follow',
      runId: run.runId,
      position: { fence: message.fence!, seq: 0, length: message.text.length },
    })
    const state = await socket.frame('run')
    expect(state).toMatchObject({ how: 'recovered', keep: message.text.length })
    const end = await new Promise<{ length: number }>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no end')), 20_000)
      const poll = setInterval(() => {
        const found = socket.frames.find((frame) => frame.t === 'run.end')
        if (!found) return
        clearInterval(poll)
        clearTimeout(timer)
        resolve(found)
      }, 20)
    })
    let text = message.text + state.text
    for (const frame of socket.frames) if (frame.t === 'w') text += frame.x.slice(text.length - frame.at)
    const stored = (await fleet.api.chat(run.chatId)).messages.at(-1)!.text
    expect(text).toBe(stored)
    expect(end.length).toBe(stored.length)
    socket.close()
  })

  test('P3: after a stop on another instance than the owner’s, a reader there gets the end by message, without a poll', async () => {
    const run = await fleet.api.startRun({ model: 'words', text: 'stop me' }, fleet.urls()[0])
    const socket = await new TestSocket(fleet.urls()[1]!, { token: fleet.api.token }).open()
    socket.hello().send({ t: 'follow', runId: run.runId })
    await socket.frame('w')
    const silence = socket.frames.length
    socket.send({ t: 'run.stop', ref: 'stop', runId: run.runId })
    const end = await socket.frame('run.end')
    expect(end.status).toBe('stopped')
    // A reader that learned of the end only by polling would have received a ping meanwhile.
    expect(socket.frames.slice(silence).filter(({ t }) => t === 'ping')).toEqual([])
    socket.close()
  })

  test('P5: a sign-out holds on every instance at once, and closes the open socket', async () => {
    const ann = await signUpUser('ann@example.com')
    const socket = await new TestSocket(fleet.urls()[2]!, { token: ann.token }).open()
    socket.hello()
    await socket.frame('welcome')
    const startedAt = performance.now()
    await ann.call('POST', '/api/auth/sign-out')
    const closed = await socket.closed
    expect(closed.code).toBe(4100)
    for (const url of fleet.urls())
      await expect.poll(() => status(url, ann.token), { interval: 20 }).toBe(401)
    expect(performance.now() - startedAt).toBeLessThan(5000)
  })

  test('P5: sign-out everywhere, a new password, deactivation', async () => {
    const ben = await signUpUser('ben@example.com')
    const other = new ApiClient(fleet.urls()[1]!)
    await other.signIn('ben@example.com')
    await ben.call('POST', '/api/auth/sign-out-everywhere')
    for (const url of fleet.urls()) {
      await expect.poll(() => status(url, ben.token)).toBe(401)
      await expect.poll(() => status(url, other.token)).toBe(401)
    }
    await ben.signIn('ben@example.com')
    await other.signIn('ben@example.com')
    const { token } = await ben.call<{ token: string }>('POST', '/api/account/password', {
      current: 'correct horse',
      next: 'battery staple',
    })
    for (const url of fleet.urls()) await expect.poll(() => status(url, other.token)).toBe(401)
    ben.token = token
    const me = await ben.call<{ id: string }>('GET', '/api/auth/me')
    await fleet.api.call('PATCH', `/api/users/${me.id}`, { active: false }, fleet.urls()[1])
    for (const url of fleet.urls()) await expect.poll(() => status(url, token)).toBeGreaterThanOrEqual(401)
  })

  test('P5: a changed role applies without a sign-out', async () => {
    const cleo = await signUpUser('cleo@example.com')
    const me = await cleo.call<{ id: string }>('GET', '/api/auth/me')
    await fleet.api.call('PATCH', `/api/users/${me.id}`, { role: 'admin' }, fleet.urls()[2])
    for (const url of fleet.urls()) {
      await expect
        .poll(
          async () =>
            (await fetch(`${url}/api/users`, { headers: { authorization: `Bearer ${cleo.token}` } })).status,
        )
        .toBe(200)
    }
    await fleet.api.call('PATCH', `/api/users/${me.id}`, { role: 'user' }, fleet.urls()[0])
    for (const url of fleet.urls()) {
      await expect
        .poll(
          async () =>
            (await fetch(`${url}/api/users`, { headers: { authorization: `Bearer ${cleo.token}` } })).status,
        )
        .toBe(403)
    }
  })

  test('P6: a connection that is created on one instance exists on all', async () => {
    const made = await fleet.api.call<{ id: string }>(
      'POST',
      '/api/connections',
      { kind: 'openai', name: 'Second', baseUrl: provider.v1, key: 'sk-not-shown', prefix: 'second' },
      fleet.urls()[0],
    )
    for (const url of fleet.urls()) {
      await expect
        .poll(async () => {
          const { items } = await fleet.api.call<{ items: { id: string }[] }>(
            'GET',
            '/api/models',
            undefined,
            url,
          )
          return items.some(({ id }) => id === 'second/words')
        })
        .toBe(true)
      const list = await fetch(`${url}/api/connections`, {
        headers: { authorization: `Bearer ${fleet.api.token}` },
      })
      expect(await list.text()).not.toContain('sk-not-shown')
    }
    await fleet.api.call('DELETE', `/api/connections/${made.id}`, undefined, fleet.urls()[1])
  })

  test('the same message id on two instances at once is one run', async () => {
    const body = { model: 'fast', text: 'at once', clientId: 'both-at-once' }
    const [one, two] = await Promise.all([
      fleet.api.startRun(body, fleet.urls()[0]),
      fleet.api.startRun(body, fleet.urls()[1]),
    ])
    expect(one).toEqual(two)
  })

  test('events of a chat reach tabs on other instances', async () => {
    const socket = await new TestSocket(fleet.urls()[2]!, { token: fleet.api.token }).open()
    socket.hello()
    await socket.frame('welcome')
    // The first socket subscribes to the user's topic. Events from before the subscription are not delivered.
    await new Promise((resolve) => setTimeout(resolve, 300))
    const run = await fleet.api.startRun({ model: 'fast', text: 'tell the others' }, fleet.urls()[0])
    await socket.frame('event', ({ event }) => event.name === 'chat.changed' && event.chat.id === run.chatId)
    await socket.frame('event', ({ event }) => event.name === 'run.ended' && event.runId === run.runId)
    socket.close()
  })

  test('another installation under another prefix can share the Redis, and neither sees the other', async () => {
    const other = await startInProcess({
      instances: 2,
      databaseUrl: await postgres.createDatabase(),
      env: { REDIS_URL: redis.variables.url, REDIS_KEY_PREFIX: 'second', OPENAI_API_BASE_URL: provider.v1 },
    })
    try {
      const run = await other.api.startRun({ model: 'words', text: 'whose am I' })
      const reader = new Reader({ urls: () => [other.urls()[1]!], token: other.api.token, runId: run.runId })
      await reader.finished(30_000)
      expect(reader.text).toBe((await other.api.chat(run.chatId)).messages.at(-1)?.text)
      for (const [one, count] of [
        [other, 2],
        [fleet, 3],
      ] as const)
        for (const url of one.urls()) {
          const cluster = await one.api.call<{ members: unknown[] }>('GET', '/api/cluster', undefined, url)
          expect(cluster.members).toHaveLength(count)
        }
      const names = await redis.servers[0]!.admin.keys('*')
      const prefixes = new Set(names.map((name) => name.split(':')[0]))
      expect([...prefixes].sort()).toEqual(['open-webui', 'second'])
    } finally {
      await other.stop()
    }
  })

  test('another installation under the same prefix does not become ready, and reports what to change', async () => {
    const env = { REDIS_URL: redis.variables.url, REDIS_KEY_PREFIX: 'shared', WEBUI_SECRET_KEY: newId() }
    const first = await startInProcess({ databaseUrl: await postgres.createDatabase(), env })
    const stranger = await startInProcess({ databaseUrl: await postgres.createDatabase(), env })
    const answer = await fetch(`${stranger.urls()[0]}/ready`)
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('REDIS_KEY_PREFIX')
    expect((await fetch(`${first.urls()[0]}/ready`)).status).toBe(200)
    await stranger.stop()
    await first.stop()
  })

  test('S14: a claim of the installation’s prefix without the secret is a warning, and takes no instance out of service', async () => {
    const { admin } = redis.servers[0]!
    const name = 'open-webui:shoal1:{installation}'
    const own = await admin.get(name)
    const proof = await admin.get(`${name}:proof`)
    const warningsOfLate = async (): Promise<string> => {
      const late = await fleet.add()
      expect((await fetch(`${late.url}/ready`)).status).toBe(200)
      const { redis: shared } = await fleet.api.call<{ redis: { warnings: string[] } }>(
        'GET',
        '/api/cluster',
        undefined,
        late.url,
      )
      await late.instance.stop()
      fleet.instances.pop()
      return shared.warnings.join()
    }
    for (const forgedProof of [
      proof,
      `${fleet.instances[0]!.instance.incarnation} ${'A'.repeat(22)}`,
      '',
      null,
    ]) {
      // An instance that compares at this moment removes the claim before the late one has seen it: then retry.
      await expect
        .poll(async () => {
          await admin.set(name, `another-installation ${'x'.repeat(22)}`)
          if (forgedProof === null) await admin.del(`${name}:proof`)
          else await admin.set(`${name}:proof`, forgedProof)
          return warningsOfLate()
        })
        .toContain('REDIS_KEY_PREFIX')
      expect(await admin.get(name)).toBe(own)
    }
    for (const url of fleet.urls()) expect((await fetch(`${url}/ready`)).status).toBe(200)
  })

  test('an instance with another secret on the same database does not become ready, and reports what to change', async () => {
    const stranger = await fleet.add({ WEBUI_SECRET_KEY: 'quite another secret than theirs' })
    const answer = await fetch(`${stranger.url}/ready`)
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('WEBUI_SECRET_KEY')
    await stranger.instance.stop()
  })
})
