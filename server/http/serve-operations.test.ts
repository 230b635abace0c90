import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { operations } from '../../protocol/http/index.ts'
import { pageRoutes } from '../../protocol/page-routes.ts'
import { startHttp } from '../../test/support/http-fixture.ts'
import type { HttpFixture } from '../../test/support/http-fixture.ts'

let it: HttpFixture
beforeEach(async () => {
  it = await startHttp()
})
afterEach(() => it.close())

const run = { clientId: 'c1', model: 'demo', text: 'Hi' }

describe('operations', () => {
  test('each has a route', () => {
    for (const { method, path } of Object.values(operations)) {
      const url = path.replaceAll(/\{(\w+)\}/g, ':$1')
      expect(it.http.app.hasRoute({ method, url }), `${method} ${path}`).toBe(true)
    }
  })

  test('each route below /api is one, or the description of them', () => {
    const routes = it.http.app.printRoutes({ commonPrefix: false, includeHooks: false })
    const known = Object.values(operations).length
    const served = new Set<string>()
    for (const [, methods = ''] of routes.matchAll(/\((.*)\)$/gm))
      for (const one of methods.split(', ')) served.add(one)
    expect(served).toEqual(new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']))
    const count = [...routes.matchAll(/\((.*)\)$/gm)]
      .flatMap(([, methods = '']) => methods.split(', '))
      .filter((one) => one !== 'HEAD').length
    // Besides: openapi.json, /health, /ready, the page's addresses with /index.html, and whatever else is asked for.
    expect(count).toBe(known + 5 + Object.keys(pageRoutes).length)
  })

  test('each asks the use case of its own name, with what it declares', async () => {
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

/** A query for each operation that wants one. */
const queries: Record<string, string> = { searchMessages: '?q=tides' }

/** A body for each operation that wants one. */
const bodies: Record<string, unknown> = {
  putSettings: { basedOn: '1.x', values: { name: 'Ours' } },
  changePassword: { current: 'a', next: '12345678' },
  createApiKey: { name: 'k' },
  createConnection: { kind: 'openai', name: 'n', baseUrl: 'http://localhost:1/v1' },
  createUser: { name: 'n', email: 'n@example.com', role: 'user' },
  putPreferences: {},
  signIn: { email: 'a@b.de', password: 'x' },
  signUp: { name: 'A', email: 'a@b.de', password: '12345678' },
  startRun: run,
  updateAccount: { name: 'B' },
  updateChat: { title: 'T' },
  updateConnection: { enabled: false },
  updateUser: { role: 'user' },
  verifyConnection: { kind: 'openai', baseUrl: 'http://localhost:1/v1' },
}
