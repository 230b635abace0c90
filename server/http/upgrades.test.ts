import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startHttp } from '../../test/support/http-fixture.ts'
import type { HttpFixture } from '../../test/support/http-fixture.ts'
import { pathOfTarget } from './upgrades.ts'

let it: HttpFixture
/** The URLs of the requests that the gateway received. */
let upgraded: (string | undefined)[]
beforeEach(async () => {
  upgraded = []
  it = await startHttp({
    mount: ({ upgrades }) =>
      upgrades.add({
        path: '/ws',
        upgrade(request, socket) {
          upgraded.push(request.url)
          if (request.url === '/ws?throw') throw new Error('a fault of the gateway')
          socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
        },
      }),
  })
})
afterEach(() => it.close())

/** Everything that the server sends until it closes the connection. */
function ask(target: string, headers = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(it.port, '127.0.0.1', () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`),
    )
    let said = ''
    socket.on('data', (data) => (said += String(data)))
    socket.on('error', () => {})
    socket.on('close', () => resolve(said))
  })
}

describe('A1: an upgrade from an unauthenticated client', () => {
  test.each([
    ['//', 404],
    ['//ws', 404],
    ['///', 404],
    ['/\\', 404],
    ['/%', 404],
    ['/%zz?a', 404],
    ['/wss', 404],
    ['/ws/', 404],
    ['/', 404],
    ['/api/live', 404],
    ['http://', 400],
    ['http://[/ws', 101],
    ['http://a:99999999', 400],
    ['ws://chat.example/ws?x', 101],
    ['*', 400],
    ['/ws', 101],
    ['/ws?//', 101],
    [`/${'a'.repeat(8000)}`, 404],
  ])('for %s gets %i, and the server keeps running', async (target, status) => {
    expect(await ask(target)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(upgraded).toEqual(status === 101 ? [target] : [])
    expect((await it.send({ path: '/health' })).status).toBe(200)
  })

  test('is logged with an id if the gateway throws, and the server keeps running', async () => {
    expect(await ask('/ws?throw')).toBe('')
    expect(it.log).toContainEqual(
      expect.objectContaining({ level: 50, errorId: expect.any(String), event: 'upgrade' }),
    )
    expect((await it.send({ path: '/health' })).status).toBe(200)
  })
})

test('O10: the error names a proxy that does not pass Upgrade on as the likely cause', async () => {
  const answer = await it.send({ path: '/ws' })
  expect(answer.status).toBe(426)
  expect(answer.headers.upgrade).toBe('websocket')
  expect(answer.json.error).toMatchObject({
    code: 'upgrade_required',
    message: expect.stringMatching(/proxy.*pass/),
  })
})

test('the path of a request target', () => {
  expect(pathOfTarget('/ws?a=//b#c')).toBe('/ws')
  expect(pathOfTarget('//')).toBe('//')
  expect(pathOfTarget('https://host/ws#x')).toBe('/ws')
  expect(pathOfTarget('https://host')).toBeUndefined()
  expect(pathOfTarget('')).toBeUndefined()
})
