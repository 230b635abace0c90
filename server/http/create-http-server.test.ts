import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '../../protocol/index.ts'
import { StoreError } from '../store/store.ts'
import { defaultHttpLimits } from './http-config.ts'
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

describe('responses', () => {
  test('sign-in sets the cookie', async () => {
    await start({
      useCases: {
        signIn({ meta }) {
          meta.setCookies(['token=t; HttpOnly', 'device=d'])
          return { token: 't' }
        },
      },
    })
    const answer = await it.send({
      method: 'POST',
      path: '/api/auth/sign-in',
      body: { email: 'A@b.de ', password: 'x' },
    })
    expect(answer.json).toEqual({ token: 't' })
    expect(answer.headers['set-cookie']).toEqual(['token=t; HttpOnly', 'device=d'])
    expect(it.calls[0]?.input.body.email).toBe('a@b.de')
  })

  test('an AppError becomes its status with `Retry-After`', async () => {
    await start({
      useCases: {
        listChats: () => {
          throw new AppError('rate_limited', { retryAfterMs: 1500, field: 'email' })
        },
      },
    })
    const answer = await it.send({ path: '/api/chats', headers: asUser })
    expect(answer.status).toBe(429)
    expect(answer.headers['retry-after']).toBe('2')
    expect(answer.json).toEqual({
      error: {
        code: 'rate_limited',
        message: 'Too many requests. Try again in a moment.',
        field: 'email',
        retryAfterMs: 1500,
        requestId: answer.headers['x-request-id'],
      },
    })
  })

  test.each([
    ['unavailable', 503, 'store_unavailable'],
    ['full', 507, 'storage_full'],
  ] as const)('a store that is %s', async (kind, status, code) => {
    await start({
      useCases: {
        listChats: () => Promise.reject(new StoreError(kind, 'x')),
      },
    })
    const answer = await it.send({ path: '/api/chats', headers: asUser })
    expect([answer.status, answer.json.error.code]).toEqual([status, code])
    expect(it.log.find((line) => line['msg'] === 'request could not be served')).toMatchObject({ code })
  })

  test('a bug is logged with the request id and reveals no details to the client', async () => {
    await start({ useCases: { listChats: () => Promise.reject(new TypeError('secret detail')) } })
    const answer = await it.send({ path: '/api/chats', headers: asUser })
    expect([answer.status, answer.json.error.code]).toEqual([500, 'internal'])
    expect(answer.text).not.toContain('secret detail')
    const line = it.log.find((entry) => entry['level'] === 50)
    expect(line).toMatchObject({ requestId: answer.json.error.requestId, err: { message: 'secret detail' } })
  })

  test('a use case that never ends gets an error at its deadline', async () => {
    let signal: AbortSignal | undefined
    await start({
      config: {
        operationLimits: { ...defaultHttpLimits.operationLimits, json: { bodyLimit: 1000, deadlineMs: 50 } },
      },
      useCases: {
        listChats: ({ meta }) => {
          signal = meta.signal
          return new Promise(() => undefined)
        },
      },
    })
    const answer = await it.send({ path: '/api/chats', headers: asUser })
    expect([answer.status, answer.json.error.code]).toEqual([503, 'busy'])
    expect(signal?.aborted).toBe(true)
  })

  test('an error of the metrics at the end of a request is logged with an id and does not stop the server', async () => {
    const observe = (): never => {
      throw new Error('a fault of the metrics')
    }
    await start({
      server: { metrics: { access: 'admin', contentType: 'text/plain', observe, read: async () => '' } },
    })
    expect((await it.send({ path: '/health' })).status).toBe(200)
    await expect
      .poll(() => it.log)
      .toContainEqual(
        expect.objectContaining({ level: 50, errorId: expect.any(String), event: 'end of a request' }),
      )
    expect((await it.send({ path: '/health' })).status).toBe(200)
  })

  test('a client that disconnects aborts its use case, which is not logged as a bug', async () => {
    let signal: AbortSignal | undefined
    await start({
      useCases: {
        startRun: ({ meta }) => {
          signal = meta.signal
          return new Promise((_resolve, reject) => {
            meta.signal.addEventListener('abort', () => reject(meta.signal.reason))
          })
        },
      },
    })
    const gone = new AbortController()
    const answer = it.send({
      method: 'POST',
      path: '/api/runs',
      body: run,
      headers: asUser,
      signal: gone.signal,
    })
    await vi.waitFor(() => expect(signal).toBeDefined())
    expect(signal?.aborted).toBe(false)
    gone.abort()
    await expect(answer).rejects.toThrow()
    await vi.waitFor(() => expect(signal?.aborted).toBe(true))
    await vi.waitFor(() => expect(it.log.some((line) => line['status'] === 499)).toBe(true))
    expect(it.log.filter((line) => line['level'] === 50)).toEqual([])
  })

  test('the use case gets address, scheme and user agent of the request', async () => {
    const headers = {
      ...asUser,
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'user-agent': 'probe',
    }
    await it.send({ path: '/api/chats', headers })
    expect(it.calls[0]?.meta).toMatchObject({ address: '203.0.113.9', secure: true, userAgent: 'probe' })
  })
})

describe('S17: Strict-Transport-Security', () => {
  const hsts = async (headers: Record<string, string>, path = '/api/chats'): Promise<unknown> =>
    (await it.send({ path, headers: { ...asUser, ...headers } })).headers['strict-transport-security']

  test('S17: is sent if the request certainly came over HTTPS, with errors and pages too', async () => {
    expect(await hsts({ 'x-forwarded-proto': 'https' })).toBe('max-age=31536000')
    expect(await hsts({ 'x-forwarded-proto': 'https' }, '/')).toBe('max-age=31536000')
    expect(await hsts({ 'x-forwarded-proto': 'https', authorization: 'Bearer forged' })).toBeDefined()
    expect(await hsts({})).toBeUndefined()
    expect(await hsts({ 'x-forwarded-proto': 'http' })).toBeUndefined()
    // A proxy that reports no scheme and replaces Host, as in the guide.
    expect(await hsts({ 'sec-fetch-site': 'none', host: 'backend' })).toBeDefined()
    for (const host of ['localhost:8080', 'shoal.localhost', '127.0.0.1:8080', '[::1]:8080']) {
      expect(await hsts({ 'sec-fetch-site': 'same-origin', host }), host).toBeUndefined()
    }
  })

  test('S17: is sent at the address in WEBUI_URL, and not because of headers of an untrusted client', async () => {
    await start({ config: { publicUrl: 'https://chat.example.com', trustedProxies: ['192.0.2.1'] } })
    expect(await hsts({ host: 'chat.example.com' })).toBe('max-age=31536000')
    expect(await hsts({ host: 'localhost:8080' })).toBeUndefined()
    expect(await hsts({ 'x-forwarded-proto': 'https' })).toBeUndefined()
  })
})

describe('the log', () => {
  test('has one line per request, with its id and user but without the query', async () => {
    const answer = await it.send({
      path: '/api/chats?q=private',
      headers: { ...asUser, 'x-request-id': 'from-proxy-1' },
    })
    expect(answer.headers['x-request-id']).toBe('from-proxy-1')
    await vi.waitFor(() => expect(it.log).toHaveLength(1))
    expect(it.log[0]).toMatchObject({
      msg: 'request',
      level: 30,
      requestId: 'from-proxy-1',
      method: 'GET',
      path: '/api/chats',
      status: 200,
      user: 'id-of-user',
      address: '127.0.0.1',
    })
    expect(JSON.stringify(it.log)).not.toContain('private')
  })

  test('S27: an id from a client that is not a trusted proxy is replaced', async () => {
    await start({ config: { trustedProxies: ['10.0.0.1'] } })
    const answer = await it.send({ path: '/api/app', headers: { 'x-request-id': 'from-anybody' } })
    expect(answer.headers['x-request-id']).toMatch(/^[\w-]+$/)
    expect(answer.headers['x-request-id']).not.toBe('from-anybody')
  })

  test('an id that could forge a log line is replaced', async () => {
    const answer = await it.send({ path: '/api/app', headers: { 'x-request-id': 'a b"c' } })
    expect(answer.headers['x-request-id']).toMatch(/^[\w-]+$/)
  })

  test('monitoring requests are not logged at level info', async () => {
    await it.send({ path: '/health' })
    await vi.waitFor(() => expect(it.log).toHaveLength(1))
    expect(it.log[0]?.['level']).toBe(20)
  })
})

describe('connections', () => {
  test('stay open longer than proxies keep idle connections', () => {
    const { keepAliveTimeout, headersTimeout, requestTimeout, maxConnections } = it.http.app.server
    expect([keepAliveTimeout, headersTimeout, requestTimeout, maxConnections]).toEqual([
      75_000, 20_000, 30_000, 20_000,
    ])
  })

  test('close after their response while draining, and every request is served', async () => {
    let draining = false
    await start({ server: { isDraining: () => draining } })
    expect((await it.send({ path: '/api/app' })).headers.connection).toBe('close')
    const keep = { connection: 'keep-alive', ...asUser }
    expect((await it.send({ path: '/api/chats', headers: keep })).headers.connection).toBe('keep-alive')
    draining = true
    const get = await it.send({ path: '/api/chats', headers: keep })
    expect([get.status, get.headers.connection]).toEqual([200, 'close'])
    const post = await it.send({ method: 'POST', path: '/api/runs', body: run, headers: keep })
    expect([post.status, post.headers.connection]).toEqual([200, 'close'])
    expect((await it.send({ path: '/health' })).status).toBe(200)
  })

  test('a request that is running when the server closes gets its response', async () => {
    let finish: (() => void) | undefined
    await start({ useCases: { listChats: () => new Promise<void>((resolve) => (finish = resolve)) } })
    const answer = it.send({ path: '/api/chats', headers: asUser })
    await vi.waitFor(() => expect(finish).toBeDefined())
    const closed = it.close()
    finish?.()
    expect((await answer).status).toBe(200)
    await closed
  })

  test('are upgraded to WebSockets only; a request that offers HTTP/2 gets a normal response', async () => {
    const upgraded: (string | undefined)[] = []
    const gateway = {
      path: '/ws',
      upgrade: (request: IncomingMessage, socket: Duplex) => {
        upgraded.push(request.headers.upgrade)
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
      },
    }
    await start({ mount: ({ upgrades }) => upgrades.add(gateway) })
    const offer = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' }
    expect((await it.send({ path: '/health', headers: offer })).status).toBe(200)
    await it.send({ path: '/ws', headers: { connection: 'Upgrade', upgrade: 'WebSocket' } })
    expect(upgraded).toEqual(['WebSocket'])
  })
})

test('a server that has stopped listening can still be closed', async () => {
  it.http.app.server.close()
  await expect(it.close()).resolves.toBeUndefined()
})
