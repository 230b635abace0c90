import { afterEach, describe, expect, test } from 'vitest'
import { startHttp } from '../../test/support/http-fixture.ts'
import type { HttpFixture } from '../../test/support/http-fixture.ts'
import type { HttpAnswer } from '../../test/support/http-client.ts'

let it: HttpFixture
afterEach(() => it.close())

const friend = 'https://friend.example'
const stranger = 'https://stranger.example'

/** The headers that SDKs send with each request from a browser. */
const ofOpenAi =
  'authorization,content-type,x-stainless-arch,x-stainless-lang,x-stainless-os,x-stainless-package-version,x-stainless-retry-count,x-stainless-runtime,x-stainless-runtime-version,x-stainless-timeout'

const preflight = (origin: string, path: string, headers?: string): Promise<HttpAnswer> =>
  it.send({
    method: 'OPTIONS',
    path,
    headers: {
      origin,
      'access-control-request-method': 'POST',
      ...(headers === undefined ? {} : { 'access-control-request-headers': headers }),
    },
  })

const lowerList = (value: unknown): string[] =>
  String(value)
    .split(',')
    .map((name) => name.trim().toLowerCase())

describe('C18: a preflight', () => {
  test.each([
    ['a named origin', [friend], friend, friend],
    ['*', ['*'], stranger, '*'],
    ['a named origin beside *', ['*', friend], friend, friend],
  ])('of %s allows all requested headers', async (_, allowedOrigins, origin, expected) => {
    it = await startHttp({ config: { allowedOrigins } })
    for (const path of ['/v1/chat/completions', '/v1/models', '/api/chats', '/api/live', '/nowhere']) {
      for (const requestedHeaders of [
        'authorization, content-type, x-stainless-lang',
        ofOpenAi,
        'anthropic-version,X-Custom',
        'api-key',
      ]) {
        const answer = await preflight(origin, path, requestedHeaders)
        expect(answer.status, path).toBe(204)
        expect(answer.headers['access-control-allow-origin']).toBe(expected)
        expect(lowerList(answer.headers['access-control-allow-headers'])).toEqual(lowerList(requestedHeaders))
        expect(lowerList(answer.headers['access-control-allow-methods'])).toEqual(
          expect.arrayContaining(['get', 'post', 'put', 'patch', 'delete']),
        )
        expect(Number(answer.headers['access-control-max-age'])).toBeGreaterThan(0)
        expect(lowerList(answer.headers.vary)).toEqual(
          expect.arrayContaining(['origin', 'access-control-request-headers']),
        )
      }
    }
  })

  test('of another origin allows nothing, and a malformed list of headers is not returned', async () => {
    it = await startHttp({ config: { allowedOrigins: [friend] } })
    const other = await preflight(stranger, '/v1/models', 'authorization')
    expect(other.headers['access-control-allow-origin']).toBeUndefined()
    expect(other.headers['access-control-allow-headers']).toBeUndefined()
    expect(lowerList(other.headers.vary)).toContain('origin')
    for (const odd of ['a b', 'a,,b', 'x: y', '<script>', ''])
      expect((await preflight(friend, '/v1/models', odd)).headers['access-control-allow-headers']).toBe(
        undefined,
      )
  })

  test('without requested headers gets a response too', async () => {
    it = await startHttp({ config: { allowedOrigins: [friend] } })
    const answer = await preflight(friend, '/v1/models')
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([204, friend])
  })
})

test('C18: every response, errors included, has `Vary: Origin` and exposes the headers that SDKs read', async () => {
  it = await startHttp({ config: { allowedOrigins: [friend] } })
  for (const path of ['/api/app', '/api/chats', '/v1/nothing', '/nowhere', '/health']) {
    for (const origin of [friend, stranger, undefined]) {
      const answer = await it.send({ path, headers: origin === undefined ? {} : { origin } })
      expect(lowerList(answer.headers.vary), path).toContain('origin')
      expect(answer.headers['access-control-allow-origin'], path).toBe(origin === friend ? friend : undefined)
    }
    const answer = await it.send({ path, headers: { origin: friend } })
    expect(lowerList(answer.headers['access-control-expose-headers'])).toEqual(
      expect.arrayContaining(['x-request-id', 'retry-after', 'x-should-retry', 'ratelimit-remaining']),
    )
  }
})
