import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations } from '../../protocol/http/index.ts'
import { pageRoutes } from '../../protocol/page-routes.ts'
import { startHttp } from '../../test/support/http-fixture.ts'
import type { HttpFixture } from '../../test/support/http-fixture.ts'

const page = '<!doctype html><title>Shoal</title>'

let root: string
let it: HttpFixture
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'shoal-paths-'))
  writeFileSync(join(root, 'index.html'), page)
  writeFileSync(join(root, 'favicon.svg'), '<svg/>')
  it = await startHttp({ config: { webRoot: root } })
})
afterAll(async () => {
  await it.close()
  rmSync(root, { recursive: true })
})

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

describe('C14: only paths of the page return HTML', () => {
  test.each([
    '/openai/models',
    '/ollama/api/tags',
    '/models',
    '/chat/completions',
    '/api/tags',
    '/api/v2/models',
    '/v2/models',
    '/openai/v1/models',
    '/apiary',
    '/c',
    '/c/a/b',
    '/settings/x',
    '/login',
    '/metrics',
    '/ws/socket.io',
    '/.well-known/openid-configuration',
    '/%E2%82%AC',
  ])('%s is a 404 in JSON, regardless of `Accept`', async (path) => {
    for (const accept of [undefined, '*/*', 'application/json', browser]) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const answer = await it.send({ method, path, headers: accept === undefined ? {} : { accept } })
        expect([answer.status, answer.headers['content-type']], `${method} ${accept}`).toEqual([
          404,
          'application/json; charset=utf-8',
        ])
        if (method !== 'HEAD') expect(answer.json.error.code).toBe('not_found')
      }
    }
  })

  test('the paths of the page serve it only to clients that accept HTML', async () => {
    for (const route of Object.values(pageRoutes)) {
      const path = route.replace('$chatId', '0199')
      for (const accept of [undefined, '*/*', browser, 'text/*'])
        expect((await it.send({ path, headers: accept === undefined ? {} : { accept } })).text, path).toBe(
          page,
        )
      for (const accept of ['application/json', 'text/event-stream', 'image/png']) {
        const answer = await it.send({ path, headers: { accept } })
        expect([answer.status, answer.json?.error.code], `${path} ${accept}`).toEqual([404, 'not_found'])
      }
      const posted = await it.send({ method: 'POST', path, body: {} })
      expect([posted.status, posted.headers.allow], path).toEqual([405, 'GET, HEAD'])
    }
  })

  test('a user who mistyped an address gets the page with status 404, which is not cached', async () => {
    const headers = { accept: browser, 'sec-fetch-mode': 'navigate' }
    const answer = await it.send({ path: '/chats/mine', headers })
    expect([answer.status, answer.text]).toEqual([404, page])
    for (const path of ['/api/nothing', '/v1/nothing', '/assets/x.js'])
      expect((await it.send({ path, headers })).json?.error.code, path).toBe('not_found')
  })

  test('the server knows every path of the page', async () => {
    const router = await readFile(join(import.meta.dirname, '../../web/app/router.tsx'), 'utf8')
    const written = [...router.matchAll(/\bpath: ([^,\n]+),?/g)].map(([, value]) => value?.split(' ')[0])
    expect(written).not.toEqual([])
    for (const value of written) expect(value).toMatch(/^pageRoutes\.\w+$|^'\/dev\/ui'$/)
  })
})

describe('C15: a method that a path does not support', () => {
  test('gets a 405 that lists the supported ones, for every operation', async () => {
    const routes = Object.values(operations).map(({ method, path }) => ({
      pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
    }))
    const paths = new Set(Object.values(operations).map(({ path }) => path.replace('{id}', 'abc')))
    for (const path of paths) {
      const fitting = routes.filter(({ pattern }) => pattern.test(path))
      const methods = new Set(fitting.flatMap((route) => route.methods))
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        if (methods.has(method)) continue
        // The error needs no sign-in and does not depend on the body.
        const answer = await it.send({
          method,
          path,
          headers: method === 'GET' ? {} : { 'content-type': 'text/plain', 'content-length': 1 },
          ...(method === 'GET' ? {} : { body: 'x' }),
        })
        expect([answer.status, answer.json.error.code], `${method} ${path}`).toEqual([
          405,
          'method_not_allowed',
        ])
        expect(new Set(String(answer.headers.allow).split(', ')), `${method} ${path}`).toEqual(methods)
      }
    }
  })

  test.each(['/health', '/ready', '/api/openapi.json'])('%s', async (path) => {
    const answer = await it.send({ method: 'DELETE', path })
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  test('a slash at the end of a path makes no difference', async () => {
    expect((await it.send({ path: '/health/' })).status).toBe(200)
    expect((await it.send({ path: '/api/chats/', headers: { authorization: 'Bearer user' } })).status).toBe(
      200,
    )
  })
})
