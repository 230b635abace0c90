import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startHttp } from '../../test/support/http-fixture.ts'
import type { HttpFixture } from '../../test/support/http-fixture.ts'

let it: HttpFixture
beforeEach(async () => {
  it = await startHttp()
})
afterEach(() => it.close())

const asUser = { authorization: 'Bearer user' }
const run = { clientId: 'c1', model: 'demo', text: 'Hi' }

describe('bad input', () => {
  const json = { ...asUser, 'content-type': 'application/json' }

  test.each([
    ['unparsable JSON', '{"a":', 400, 'bad_json'],
    [
      'a key that reaches the prototype',
      '{"__proto__":{"admin":true},"clientId":"c1","model":"m"}',
      400,
      'bad_json',
    ],
    [
      'a constructor that does',
      '{"constructor":{"prototype":{"admin":true}},"clientId":"c1","model":"m"}',
      400,
      'bad_json',
    ],
    ['wrong types', '{"clientId":"c1","model":{}}', 400, 'bad_request'],
    ['an array', '[]', 400, 'bad_request'],
    ['null', 'null', 400, 'bad_request'],
    ['no body', '', 400, 'bad_request'],
    ['a text that is too long', JSON.stringify({ ...run, text: 'x'.repeat(400_001) }), 413, 'too_large'],
  ])('%s', async (_name, body, status, code) => {
    const answer = await it.send({ method: 'POST', path: '/api/runs', body, headers: json })
    expect([answer.status, answer.json.error.code]).toEqual([status, code])
    expect(answer.json.error.requestId).toBe(answer.headers['x-request-id'])
    expect(it.calls).toEqual([])
    expect(it.log.filter((line) => line['level'] === 50)).toEqual([])
  })

  test('a body of 5 MB is rejected with the limit, and the client receives the response', async () => {
    const body = JSON.stringify({ ...run, text: 'x'.repeat(5_000_000) })
    for (const headers of [
      { ...json, connection: 'keep-alive', 'content-length': body.length },
      { ...json, connection: 'keep-alive', 'transfer-encoding': 'chunked' },
    ]) {
      const answer = await it.send({ method: 'POST', path: '/api/runs', body, headers })
      expect([answer.status, answer.headers.connection]).toEqual([413, 'keep-alive'])
      expect(answer.json.error).toMatchObject({
        code: 'too_large',
        field: 'body',
        message: expect.stringContaining('4194304'),
      })
    }
  })

  test('no body changes the prototype of objects', async () => {
    await it.send({ path: '/api/chats?__proto__[admin]=1&constructor=2', headers: asUser })
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
    expect(it.calls[0]?.input.query).toEqual({ limit: 50, archived: 'false' })
  })

  test.each([
    ['/api/chats/%zz', 400, 'bad_request'],
    ['/api/chats/..%2f..%2fetc', 400, 'bad_request'],
    [`/api/chats/${'x'.repeat(65)}`, 400, 'bad_request'],
    [`/api/chats/${'x'.repeat(3000)}`, 404, 'not_found'],
    ['/api/chats?limit=0', 400, 'bad_request'],
    ['/api/nothing', 404, 'not_found'],
    ['/api', 404, 'not_found'],
    ['/v1/nothing', 404, 'not_found'],
    ['/api/chats/a/b/c', 404, 'not_found'],
  ])('%s', async (path, status, code) => {
    const answer = await it.send({ path, headers: asUser })
    expect([answer.status, answer.json.error.code]).toEqual([status, code])
  })

  test('an unsupported method is rejected', async () => {
    const answer = await it.send({ method: 'PUT', path: '/api/chats', headers: asUser, body: {} })
    expect([answer.status, answer.json.error.code]).toEqual([405, 'method_not_allowed'])
  })

  test('data that is not HTTP gets an error in JSON, and the connection closes', async () => {
    const socket = connect(it.port, '127.0.0.1')
    let text = ''
    socket.on('data', (piece) => (text += String(piece)))
    socket.write('NONSENSE\r\n\r\n')
    await vi.waitFor(() => expect(socket.destroyed).toBe(true))
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
    expect(JSON.parse(text.split('\r\n\r\n')[1]!).error.code).toBe('bad_request')
  })

  test('headers that are too long are rejected', async () => {
    const answer = await it.send({ path: '/api/app', headers: { 'x-long': 'x'.repeat(20_000) } })
    expect([answer.status, answer.json.error.code]).toEqual([431, 'bad_request'])
  })

  test('200 concurrent requests are served', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        it.send({ method: 'POST', path: '/api/runs', body: run, headers: asUser }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(({ headers }) => headers['x-request-id'])).size).toBe(200)
  })
})
