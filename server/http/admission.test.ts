import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { operations } from '../../protocol/http/index.ts'
import type { Operation } from '../../protocol/http/operation.ts'
import { AppError } from '../../protocol/index.ts'
import { StoreError } from '../store/store.ts'
import { callerOf, userView } from '../../test/support/callers.ts'
import { startHttp } from '../../test/support/http-fixture.ts'
import type { FixtureOptions, HttpFixture } from '../../test/support/http-fixture.ts'

let it: HttpFixture
async function start(options?: FixtureOptions): Promise<HttpFixture> {
  await it.close()
  it = await startHttp(options)
  return it
}
beforeEach(async () => {
  it = await startHttp()
})
afterEach(() => it.close())

const asUser = { authorization: 'Bearer user' }
const run = { clientId: 'c1', model: 'demo', text: 'Hi' }

describe('credentials', () => {
  test('a request without a token or with a forged one is rejected', async () => {
    expect((await it.send({ path: '/api/chats' })).status).toBe(401)
    const forged = await it.send({ path: '/api/chats', headers: { authorization: 'Bearer forged' } })
    expect(forged.status).toBe(401)
    expect(forged.json.error.code).toBe('unauthenticated')
    expect((await it.send({ path: '/api/chats', headers: { cookie: 'token=forged' } })).status).toBe(401)
    expect(it.calls).toEqual([])
  })

  test('a cookie, a bearer token and x-api-key are accepted; a bearer token takes precedence over a cookie', async () => {
    for (const headers of [
      { cookie: 'a=b; token=user; c=d' },
      { authorization: 'bearer user' },
      { 'x-api-key': 'user' },
      { authorization: 'Bearer user', cookie: 'token=forged' },
      { authorization: 'Basic cHJveHk6cHJveHk=', cookie: 'token=user' },
    ]) {
      expect((await it.send({ path: '/api/chats', headers })).status, JSON.stringify(headers)).toBe(200)
    }
    expect(it.calls.map(({ caller }) => caller?.user.id)).toEqual(
      Array.from({ length: 5 }, () => 'id-of-user'),
    )
    const wrong = { authorization: 'Bearer forged', cookie: 'token=user' }
    expect((await it.send({ path: '/api/chats', headers: wrong })).status).toBe(401)
  })

  test('a pending user may read only the own account, and a user may not use admin operations', async () => {
    const pending = { authorization: 'Bearer pending' }
    expect((await it.send({ path: '/api/auth/me', headers: pending })).status).toBe(200)
    const refused = await it.send({ path: '/api/chats', headers: pending })
    expect([refused.status, refused.json.error.code]).toEqual([403, 'account_pending'])
    const forbidden = await it.send({ path: '/api/users', headers: asUser })
    expect([forbidden.status, forbidden.json.error.code]).toEqual([403, 'forbidden'])
    expect((await it.send({ path: '/api/users', headers: { authorization: 'Bearer admin' } })).status).toBe(
      200,
    )
  })

  test('any client may read its session; it counts as signed out only if that is certain', async () => {
    const session = async (headers: Record<string, string>): Promise<[number, string | undefined]> => {
      const { status } = await it.send({ path: '/api/auth/session', headers })
      return [status, it.calls.at(-1)?.caller?.user.id]
    }
    expect(await session({})).toEqual([200, undefined])
    expect(await session({ cookie: 'token=forged' })).toEqual([200, undefined])
    expect(await session({ cookie: 'token=user' })).toEqual([200, 'id-of-user'])
    expect(await session({ authorization: 'Bearer pending' })).toEqual([200, 'id-of-pending'])
    await start({ server: { authenticate: () => Promise.reject(new AppError('store_unavailable')) } })
    expect((await session({ cookie: 'token=user' }))[0]).toBe(503)
  })

  test('public operations need no authentication', async () => {
    expect((await it.send({ path: '/api/app', headers: { authorization: 'Bearer forged' } })).status).toBe(
      200,
    )
    expect(it.calls[0]?.caller).toBeUndefined()
  })

  test('the body of an unauthenticated request is not read', async () => {
    const answer = await it.send({
      method: 'POST',
      path: '/api/runs',
      body: '{',
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(401)
  })

  test('a failed authentication check does not sign the user out', async () => {
    await start({
      server: {
        authenticate: () => Promise.reject(new StoreError('unavailable', 'gone')),
      },
    })
    const answer = await it.send({ path: '/api/chats', headers: asUser })
    expect([answer.status, answer.json.error.code, answer.headers['retry-after']]).toEqual([
      503,
      'store_unavailable',
      '1',
    ])
  })

  test('a renewed session gets its new cookie', async () => {
    await start({
      server: {
        async authenticate(_, meta) {
          meta.setCookies(['token=new'])
          return callerOf(userView('u'))
        },
      },
    })
    const answer = await it.send({ path: '/api/chats', headers: { cookie: 'token=old' } })
    expect(answer.headers['set-cookie']).toEqual(['token=new'])
  })
})

describe('S24: a user with a password that another person has set', () => {
  test('S24: may only change it, but an API key still works', async () => {
    const user = userView('u', { role: 'admin', mustChangePassword: true })
    const as = (kind: 'session' | 'api-key'): Promise<unknown> =>
      start({ server: { authenticate: async () => callerOf(user, kind) } })
    await as('session')
    for (const [name, { method, path, access }] of Object.entries<Operation>(operations)) {
      if (access !== 'user' && access !== 'admin') continue
      const answer = await it.send({ method, path: path.replaceAll(/\{\w+\}/g, 'abc'), headers: asUser })
      expect([answer.status, answer.json.error.code], name).toEqual([403, 'password_change_required'])
    }
    const body = { current: 'the given one', next: 'one of my own' }
    for (const call of [
      { path: '/api/auth/me' },
      { method: 'POST', path: '/api/account/password', body },
      { method: 'POST', path: '/api/auth/sign-out' },
    ]) {
      expect((await it.send({ ...call, headers: asUser })).status, call.path).toBe(200)
    }
    await as('api-key')
    expect((await it.send({ path: '/api/chats', headers: asUser })).status).toBe(200)
  })
})

describe('S4: what an API key may not do', () => {
  const reads = new Set(['getMe', 'getSession', 'getOriginProof', 'listApiKeys'])
  const all = Object.entries<Operation>(operations)

  test('S4: each operation declares which credentials it accepts, and no dangerous one accepts a key', () => {
    for (const [name, { method, path, access, credentials }] of all) {
      const administers = access === 'admin' && method !== 'GET'
      const letsIn = /\/(auth|password|api-keys|sessions)(\/|$)/.test(path) && !reads.has(name)
      const expected =
        access === 'public' ? 'none' : administers || letsIn ? 'session' : expect.stringMatching(/^session/)
      expect(credentials, name).toEqual(expected)
    }
  })

  test.each(all.filter(([, { credentials }]) => credentials === 'session'))(
    'S4: %s rejects the key of an administrator in every header that may contain one',
    async (_name, { method, path }) => {
      for (const headers of [
        { authorization: 'Bearer sk-admin' },
        { 'x-api-key': 'sk-admin' },
        { authorization: 'Bearer sk-admin', cookie: 'token=admin' },
      ]) {
        const answer = await it.send({ method, path: path.replaceAll(/\{\w+\}/g, 'abc'), headers })
        expect([answer.status, answer.json.error.code]).toEqual([403, 'forbidden'])
        expect(answer.json.error.message).toContain('API key')
      }
      expect(it.calls).toEqual([])
    },
  )

  test('S4: a key may still read data and start answers', async () => {
    const headers = { authorization: 'Bearer sk-admin' }
    for (const path of ['/api/users', '/api/chats', '/api/models', '/api/settings']) {
      expect((await it.send({ path, headers })).status, path).toBe(200)
    }
    expect((await it.send({ method: 'POST', path: '/api/runs', headers, body: run })).status).toBe(200)
  })
})

describe('the origin of a request', () => {
  const cookie = 'token=user'
  const post = { method: 'POST', path: '/api/runs', body: run }

  test('a page of another site cannot use the cookie', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const answer = await it.send({ ...post, headers: { cookie, ...headers } })
      expect([answer.status, answer.json.error.code], JSON.stringify(headers)).toEqual([403, 'wrong_origin'])
    }
    expect(it.calls).toEqual([])
  })

  test('S27: X-Forwarded-Host is accepted from a trusted proxy only', async () => {
    const headers = {
      cookie,
      host: 'shoal:8080',
      origin: 'https://chat.example.com',
      'x-forwarded-host': 'chat.example.com',
    }
    expect((await it.send({ ...post, headers })).status).toBe(200)
    await start({ config: { trustedProxies: ['192.0.2.1'] } })
    expect((await it.send({ ...post, headers })).json.error.code).toBe('wrong_origin')
  })

  test('a page of another site cannot sign a user in', async () => {
    const body = { email: 'a@b.de', password: 'x' }
    const answer = await it.send({
      method: 'POST',
      path: '/api/auth/sign-in',
      body,
      headers: { origin: 'https://evil.example' },
    })
    expect(answer.json.error.code).toBe('wrong_origin')
  })

  test('our page and clients that are not browsers can use the cookie', async () => {
    const origin = `http://127.0.0.1:${it.port}`
    expect((await it.send({ ...post, headers: { cookie, origin } })).status).toBe(200)
    expect((await it.send({ ...post, headers: { cookie } })).status).toBe(200)
  })

  test('a request with a bearer token may come from any origin', async () => {
    expect((await it.send({ ...post, headers: { ...asUser, origin: 'https://evil.example' } })).status).toBe(
      200,
    )
  })

  test('the content types of HTML forms are rejected, regardless of the origin', async () => {
    for (const type of [
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain',
    ]) {
      const answer = await it.send({
        method: 'POST',
        path: '/api/runs',
        body: '{"clientId":"c1","model":"demo","text":"Hi"}',
        headers: { cookie, 'content-type': type },
      })
      expect([answer.status, answer.json.error.field], type).toEqual([400, 'content-type'])
    }
    expect(it.calls).toEqual([])
  })

  test('an allowed origin may read with the cookie; * may read without it', async () => {
    await start({ config: { allowedOrigins: ['https://friend.example', '*'] } })
    const friend = await it.send({ ...post, headers: { cookie, origin: 'https://friend.example' } })
    expect(friend.status).toBe(200)
    expect(friend.headers['access-control-allow-origin']).toBe('https://friend.example')
    expect(friend.headers['access-control-allow-credentials']).toBe('true')
    const other = await it.send({ path: '/api/app', headers: { origin: 'https://other.example' } })
    expect(other.headers['access-control-allow-origin']).toBe('*')
    expect(other.headers['access-control-allow-credentials']).toBeUndefined()
    const preflight = await it.send({
      method: 'OPTIONS',
      path: '/api/runs',
      headers: { origin: 'https://friend.example', 'access-control-request-method': 'POST' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers['access-control-allow-methods']).toContain('POST')
  })

  test('other origins may not read', async () => {
    const answer = await it.send({ path: '/api/app', headers: { origin: 'https://other.example' } })
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })
})
