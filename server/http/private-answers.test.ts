import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { operations } from '../../protocol/http/index.ts'
import { saysHello, startOpenAi, hello } from '../../test/support/openai-fixture.ts'
import type { HttpFixture } from '../../test/support/http-fixture.ts'
import type { HttpAnswer } from '../../test/support/http-client.ts'

let it: HttpFixture
beforeEach(async () => {
  it = await startOpenAi(saysHello)
})
afterEach(() => it.close())

function expectPrivate({ headers }: Pick<HttpAnswer, 'headers'>, what: string): void {
  expect(headers['cache-control'], what).toContain('no-store')
  expect(headers['x-content-type-options'], what).toBe('nosniff')
  expect(headers['content-security-policy'], what).toContain("frame-ancestors 'none'")
}

describe('S18: responses', () => {
  test('of every operation, errors included, forbid caching and framing', async () => {
    for (const { method, path } of Object.values(operations)) {
      for (const authorization of ['Bearer admin', 'Bearer nobody']) {
        const answer = await it.send({
          method,
          path: path.replace('{id}', 'abc'),
          headers: { authorization },
        })
        expectPrivate(answer, `${method} ${path} ${answer.status}`)
      }
    }
  })

  test.each([
    ['GET', '/v1/models', 'user'],
    ['GET', '/v1/models', 'nobody'],
    ['GET', '/v1/nothing', 'user'],
    ['PUT', '/v1/models', 'user'],
    ['POST', '/v1/chat/completions', 'user'],
    ['GET', '/api/nothing', 'user'],
    ['GET', '/nowhere', 'user'],
    ['GET', '/%zz', 'user'],
    ['GET', '/health', ''],
    ['GET', '/ready', ''],
  ])('%s %s as %s', async (method, path, key) => {
    const answer = await it.send({ method, path, headers: { authorization: `Bearer ${key}` } })
    expectPrivate(answer, path)
  })

  test('of a streamed answer', async () => {
    const answer = await it.send({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer user' },
      body: { ...hello, stream: true },
    })
    expect(answer.status).toBe(200)
    expectPrivate(answer, 'a stream')
  })

  test('to data that is not HTTP, and to an upgrade at an unknown path', async () => {
    for (const text of [
      'NONSENSE\r\n\r\n',
      'GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ]) {
      const socket = connect(it.port, '127.0.0.1')
      let said = ''
      socket.on('data', (data) => (said += String(data)))
      socket.write(text)
      await new Promise((resolve) => socket.once('end', resolve))
      const headers = Object.fromEntries(
        said
          .split('\r\n')
          .slice(1)
          .map((line) => line.split(': ') as [string, string])
          .map(([name, value]) => [name.toLowerCase(), value]),
      )
      expectPrivate({ headers }, text)
      socket.destroy()
    }
  })
})
