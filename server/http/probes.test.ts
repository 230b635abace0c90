import { afterEach, describe, expect, test } from 'vitest'
import { operations } from '../../protocol/http/index.ts'
import { silentLogger } from '../base/index.ts'
import { startHttp } from '../../test/support/http-fixture.ts'
import type { HttpFixture } from '../../test/support/http-fixture.ts'
import { describeApi } from './open-api.ts'
import type { MetricsPort } from './probes.ts'

let it: HttpFixture
afterEach(() => it.close())

describe('/health', () => {
  test('returns exactly this to every client without any check', async () => {
    it = await startHttp({
      server: {
        logger: silentLogger,
        authenticate: () => Promise.reject(new Error('asked')),
        readiness: () => Promise.reject(new Error('asked')),
      },
    })
    const get = await it.send({ path: '/health' })
    expect(get.status).toBe(200)
    expect(get.text).toBe('{"status":"ok","version":"1.2.3"}')
    expect(get.headers['cache-control']).toBe('no-store')
    expect(get.headers['content-type']).toContain('application/json')
    const head = await it.send({ method: 'HEAD', path: '/health' })
    expect([head.status, head.text, head.headers['content-length']]).toEqual([
      200,
      '',
      String(get.text.length),
    ])
    expect(it.calls).toEqual([])
  })
})

test('/ready reports whether the instance may receive traffic', async () => {
  let ready = true
  it = await startHttp({
    server: { readiness: async () => ({ ready, checks: [{ name: 'store', ok: ready, problem: 'gone' }] }) },
  })
  expect((await it.send({ path: '/ready' })).status).toBe(200)
  ready = false
  const answer = await it.send({ path: '/ready' })
  expect(answer.status).toBe(503)
  expect(answer.json).toEqual({ ready: false, checks: [{ name: 'store', ok: false, problem: 'gone' }] })
})

test('S19: /ready shows addresses only to administrators', async () => {
  const problem = 'nothing listens at db.prod.internal:5432: start it'
  it = await startHttp({
    server: { readiness: async () => ({ ready: false, checks: [{ name: 'store', ok: false, problem }] }) },
  })
  const problemSeenWith = async (headers: Record<string, string>): Promise<unknown> => {
    const { status, json } = await it.send({ path: '/ready', headers })
    expect(status).toBe(503)
    return (json as { checks: { problem: string }[] }).checks[0]?.problem
  }
  expect(await problemSeenWith({})).toBe('nothing listens at …: start it')
  expect(await problemSeenWith({ authorization: 'Bearer user' })).toBe('nothing listens at …: start it')
  expect(await problemSeenWith({ authorization: 'Bearer nobody' })).toBe('nothing listens at …: start it')
  expect(await problemSeenWith({ authorization: 'Bearer admin' })).toBe(problem)
})

describe('/metrics', () => {
  test.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-forwarded-host'])(
    'S19: a request through a proxy (%s) needs an administrator, regardless of ENABLE_METRICS',
    async (name) => {
      it = await startHttp({ server: { metrics: port('public') } })
      const send = async (headers: Record<string, string>): Promise<number> =>
        (await it.send({ path: '/metrics', headers })).status
      expect(await send({})).toBe(200)
      expect(await send({ [name]: '203.0.113.9' })).toBe(401)
      expect(await send({ [name]: '203.0.113.9', authorization: 'Bearer user' })).toBe(403)
      expect(await send({ [name]: '203.0.113.9', authorization: 'Bearer admin' })).toBe(200)
    },
  )

  const port = (access: MetricsPort['access']): MetricsPort => ({
    access,
    contentType: 'text/plain',
    observe: () => undefined,
    read: async () => 'up 1\n',
  })

  test('is off unless enabled', async () => {
    it = await startHttp()
    expect((await it.send({ path: '/metrics' })).status).toBe(404)
  })

  test('is for administrators, or public if so configured', async () => {
    it = await startHttp({ server: { metrics: port('admin') } })
    expect((await it.send({ path: '/metrics' })).status).toBe(401)
    expect((await it.send({ path: '/metrics', headers: { authorization: 'Bearer user' } })).status).toBe(403)
    expect((await it.send({ path: '/metrics', headers: { authorization: 'Bearer admin' } })).text).toBe(
      'up 1\n',
    )
    await it.close()
    it = await startHttp({ server: { metrics: port('public') } })
    expect((await it.send({ path: '/metrics' })).text).toBe('up 1\n')
  })

  test('counts every request by the pattern of its route', async () => {
    const seen: unknown[] = []
    const observe = (method: string, route: string, status: number): void =>
      void seen.push([method, route, status])
    it = await startHttp({ server: { metrics: { ...port('admin'), observe } } })
    await it.send({ path: '/api/chats/abc', headers: { authorization: 'Bearer user' } })
    await it.send({ path: '/api/chats/def' })
    await it.send({ path: '/api/what/ever' })
    await expect.poll(() => seen).toHaveLength(3)
    expect(seen).toEqual([
      ['GET', '/api/chats/:id', 200],
      ['GET', '/api/chats/:id', 401],
      ['GET', '/*', 404],
    ])
  })
})

describe('/api/openapi.json', () => {
  test('describes every operation with the schemas of its input', async () => {
    it = await startHttp()
    const { json, headers } = await it.send({ path: '/api/openapi.json' })
    expect(headers['content-type']).toContain('application/json')
    expect(json.openapi).toBe('3.1.0')
    const described = Object.entries<Record<string, { operationId: string }>>(json.paths).flatMap(
      ([path, methods]) =>
        Object.entries(methods).map(
          ([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`,
        ),
    )
    const declared = Object.entries(operations).map(([name, { method, path }]) => `${name} ${method} ${path}`)
    expect(described.toSorted()).toEqual(declared.toSorted())
    const startRun = json.paths['/api/runs'].post.requestBody.content['application/json'].schema
    expect(startRun.required).toEqual(['clientId', 'model'])
    expect(startRun.properties.text).toEqual({ type: 'string', minLength: 1, maxLength: 400_000 })
    const chat = json.paths['/api/chats/{id}'].get
    expect(chat.parameters[0]).toMatchObject({ name: 'id', in: 'path', required: true })
    expect(
      json.paths['/api/chats'].get.parameters.find(({ name }: { name: string }) => name === 'limit'),
    ).toMatchObject({
      in: 'query',
      required: false,
      schema: { type: 'integer', maximum: 100, default: 50 },
    })
    expect(json.paths['/api/app'].get.security).toEqual([])
    expect(chat.security).toEqual([{ token: [] }])
  })

  test('all its references resolve, and every parameter in a path is declared', async () => {
    it = await startHttp()
    const api = JSON.parse(JSON.stringify(describeApi({ version: '1', publicUrl: null, basePath: '' })))
    const text = JSON.stringify(api)
    for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
      expect(api.components.schemas).toHaveProperty(name)
    }
    expect(text.replaceAll(/"\$ref":"#\/components\/schemas\/\w+"/g, '')).not.toContain('$ref')
    for (const [path, methods] of Object.entries<
      Record<string, { parameters: { name: string; in: string }[] }>
    >(api.paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      for (const { parameters } of Object.values(methods)) {
        expect(parameters.filter((it) => it.in === 'path').map((it) => it.name)).toEqual(names)
      }
    }
  })
})
