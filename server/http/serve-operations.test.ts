import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { operations } from '../../protocol/http/index.ts'
import { pageRoutes } from '../../protocol/page-routes.ts'
import { defaultHttpLimits } from './http-config.ts'
import { startHttp } from '../../test/support/http-fixture.ts'
import type { FixtureOptions, HttpFixture } from '../../test/support/http-fixture.ts'
import { AppError } from '../../protocol/index.ts'

let it: HttpFixture
async function start(options: FixtureOptions): Promise<void> {
  await it.close()
  it = await startHttp(options)
}
beforeEach(async () => {
  it = await startHttp()
})
afterEach(() => it.close())

const asUser = { authorization: 'Bearer user' }
const run = { clientId: 'c1', model: 'demo', text: 'Hi' }

describe('operations', () => {
  test('each has a route', () => {
    for (const { method, path } of Object.values(operations)) {
      const url = path.replaceAll(/\{(\w+)\}/g, ':$1')
      expect(it.http.app.hasRoute({ method, url }), `${method} ${path}`).toBe(true)
    }
  })

  test('each route below /api is an operation or openapi.json', () => {
    const routes = it.http.app.printRoutes({ commonPrefix: false, includeHooks: false })
    const known = Object.values(operations).length
    const served = new Set<string>()
    for (const [, methods = ''] of routes.matchAll(/\((.*)\)$/gm))
      for (const one of methods.split(', ')) served.add(one)
    expect(served).toEqual(new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']))
    const count = [...routes.matchAll(/\((.*)\)$/gm)]
      .flatMap(([, methods = '']) => methods.split(', '))
      .filter((one) => one !== 'HEAD').length
    // The other routes: openapi.json, /health, /ready, the paths of the page with /index.html, and the fallback.
    expect(count).toBe(known + 5 + Object.keys(pageRoutes).length)
  })

  test('each calls the use case of its name with the input that it declares', async () => {
    const admin = { authorization: 'Bearer admin' }
    for (const [name, { method, path }] of Object.entries(operations)) {
      it.calls.length = 0
      await it.send({
        method,
        path: path.replace('{id}', 'abc') + (queries[name] ?? ''),
        headers: admin,
        body: bodies[name],
      })
      expect(
        it.calls.map((call) => call.name),
        `${method} ${path}`,
      ).toEqual([name])
      if (path.includes('{id}')) expect(it.calls[0]?.input.params).toEqual({ id: 'abc' })
    }
  })
})

describe('an operation', () => {
  test('a body may be as long as the limit of its kind of operation', async () => {
    await start({
      config: {
        operationLimits: { ...defaultHttpLimits.operationLimits, json: { bodyLimit: 100, deadlineMs: 5000 } },
      },
    })
    const send = (length: number): ReturnType<HttpFixture['send']> =>
      it.send({
        method: 'POST',
        path: '/api/runs',
        body: { ...run, text: 'x'.repeat(length) },
        headers: asUser,
      })
    expect((await send(10)).status).toBe(200)
    const { status, json } = await send(100)
    expect([status, json.error.code, json.error.message]).toEqual([
      413,
      'too_large',
      'A request body may have at most 100 bytes.',
    ])
  })

  test('a use case that ends after its deadline sets no cookie, because its client got an error', async () => {
    await start({
      config: {
        operationLimits: { ...defaultHttpLimits.operationLimits, json: { bodyLimit: 1000, deadlineMs: 50 } },
      },
      useCases: {
        signIn: ({ meta }) =>
          new Promise(() => meta.signal.addEventListener('abort', () => meta.setCookies(['token=late']))),
      },
    })
    const body = { email: 'a@b.de', password: 'x' }
    const answer = await it.send({ method: 'POST', path: '/api/auth/sign-in', body })
    expect([answer.status, answer.headers['set-cookie']]).toEqual([503, undefined])
  })

  test('the headers of a response name the limit that counted the request', async () => {
    const limit = { of: 'requests', limit: 5, remaining: 2.5, resetMs: 12_400 } as const
    await start({ useCases: { startRun: ({ meta }) => meta.reportLimit(limit) } })
    const { headers } = await it.send({ method: 'POST', path: '/api/runs', body: run, headers: asUser })
    expect(headers).toMatchObject({
      'ratelimit-limit': '5',
      'ratelimit-remaining': '2',
      'ratelimit-reset': '13',
    })
  })

  test('while the use cases do not exist yet, a request gets the reason', async () => {
    const useCases = (): never => {
      throw new AppError('store_unavailable', { retryAfterMs: 1000 })
    }
    await start({ server: { useCases } })
    const { status, json, headers } = await it.send({ path: '/api/app' })
    expect([status, json.error.code, headers['retry-after']]).toEqual([503, 'store_unavailable', '1'])
  })
})

/** A query for each operation that needs one. */
const queries: Record<string, string> = { searchMessages: '?q=tides' }

/** A body for each operation that needs one. */
const bodies: Record<string, unknown> = {
  putSettings: { basedOn: '1.x', values: { name: 'Ours' } },
  changePassword: { current: 'a', next: '12345678' },
  createApiKey: { name: 'k' },
  createConnection: { kind: 'openai', name: 'n', baseUrl: 'http://localhost:1/v1' },
  forkChat: {},
  createUser: { name: 'n', email: 'n@example.com', role: 'user' },
  putPreferences: {},
  signIn: { email: 'a@b.de', password: 'x' },
  signUp: { name: 'A', email: 'a@b.de', password: '12345678' },
  startRun: run,
  updateAccount: { name: 'B' },
  createFolder: { name: 'Work' },
  renameFolder: { from: 'Work', name: 'Job' },
  deleteFolder: { name: 'Work' },
  updateChat: { title: 'T' },
  updateChats: { ids: ['abc'], pinned: true },
  updateConnection: { enabled: false },
  updateUser: { role: 'user' },
  verifyConnection: { kind: 'openai', baseUrl: 'http://localhost:1/v1' },
}
