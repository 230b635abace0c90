import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startScriptedProvider } from '../../test/support/scripted-provider.ts'
import { systemClock } from '../base/index.ts'
import { createUpstream, verifyConnection } from './create-upstream.ts'
import type { UpstreamError } from './upstream-error.ts'

const open: { close: () => unknown }[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<unknown> =>
    new Promise((resolve) => {
      server.close(resolve)
      sockets.forEach((socket) => socket.destroy())
    })
  open.push({ close })
  return (server.address() as AddressInfo).port
}

async function failure(
  baseUrl: string,
  { key = null as string | null, connectMs = 1000 } = {},
): Promise<UpstreamError> {
  const upstream = createUpstream(
    { kind: 'openai', baseUrl, key },
    { clock: systemClock, deadlines: { connectMs } },
  )
  const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Hello' }] }
  return await upstream
    .generate(request, () => undefined, new AbortController().signal)
    .then(
      () => expect.unreachable('it answered'),
      (error: UpstreamError) => error,
    )
}

describe('a provider that cannot be reached', () => {
  test('nothing listens at its address', async () => {
    const server = createServer()
    const port = await listen(server)
    await open.pop()?.close()
    const error = await failure(`http://127.0.0.1:${port}/v1`)
    expect(error).toMatchObject({
      code: 'upstream_unreachable',
      message: 'The model provider cannot be reached: nothing is listening at its address.',
    })
  })

  test.each([
    ['HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', /101/],
    ['HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nPRI *', /101/],
    ['HTTP/1.1 101 Nothing\r\n\r\n', /refused the request/],
    ['HTTP/1.1 100 Continue\r\n\r\n', /it closed the connection/],
    ['', /it closed the connection/],
  ])('S26: %j ends the request with an error', async (answer, message) => {
    const port = await listen(
      createServer((socket) => {
        socket.once('data', () => {
          socket.write(answer)
          // After a 101 with an Upgrade header the connection stays open.
          if (!answer.includes('Upgrade')) socket.end()
        })
      }),
    )
    const error = await failure(`http://127.0.0.1:${port}/v1`)
    expect(error.message).toMatch(message)
  })

  test('its host name does not exist', async () => {
    const error = await failure('http://no-such-host.invalid/v1', { connectMs: 5000 })
    expect(error.message).toMatch(/its host name (does not exist|cannot be looked up right now)/)
  })

  test('it closes the connection before a response', async () => {
    const port = await listen(createServer((socket) => socket.destroy()))
    expect(await failure(`http://127.0.0.1:${port}/v1`)).toMatchObject({
      code: 'upstream_unreachable',
      message: 'The model provider cannot be reached: it closed the connection.',
    })
  })

  test('it does not speak HTTP', async () => {
    const port = await listen(createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n')))
    expect((await failure(`http://127.0.0.1:${port}/v1`)).message).toMatch(/does not speak HTTP/)
  })

  test('it does not answer the TLS handshake', async () => {
    const port = await listen(createServer())
    const error = await failure(`https://127.0.0.1:${port}/v1`, { connectMs: 100 })
    expect(error.message).toBe('The model provider cannot be reached: no connection within 0.1 seconds.')
  })

  test('it answers the TLS handshake with plain HTTP', async () => {
    const port = await listen(
      createServer((socket) => socket.on('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n'))),
    )
    expect(await failure(`https://127.0.0.1:${port}/v1`)).toMatchObject({ code: 'upstream_unreachable' })
  })
})

describe('an invalid request is refused before it is sent', () => {
  test.each(['', 'localhost:8080', 'ftp://host/v1', 'file:///etc/passwd', 'http://'])(
    'the address %j',
    async (url) => {
      const error = await failure(url)
      expect(error.code).toBe('upstream_refused')
      expect(error.message).toContain('must start with http:// or https://')
    },
  )

  test('a key that a header cannot contain', async () => {
    const error = await failure('http://127.0.0.1:1/v1', { key: 'sk-a\nx: y' })
    expect(error.code).toBe('upstream_key_refused')
    expect(error.message).not.toContain('sk-a')
  })
})

test('connections are reused, and a connection that the provider closed in the meantime is replaced', async () => {
  const provider = await startScriptedProvider({ m: { words: 1 } })
  open.push(provider)
  const upstream = createUpstream({ kind: 'openai', baseUrl: provider.v1, key: null }, { clock: systemClock })
  const ask = () =>
    upstream.generate({ model: 'm', messages: [] }, () => undefined, new AbortController().signal)
  await ask()
  await vi.waitFor(() => expect(provider.connections()).toBe(1))
  await ask()
  expect(provider.connections()).toBe(1)
  provider.cut()
  await expect(ask()).resolves.toEqual({ reason: 'stop' })
})

describe('the test of a connection that an administrator enters', () => {
  const options = { clock: systemClock }
  const { signal } = new AbortController()

  test('returns its models, or refuses a wrong key', async () => {
    const provider = await startScriptedProvider({ a: {}, b: {} }, { key: 'sk-right' })
    open.push(provider)
    const config = { kind: 'openai' as const, baseUrl: `${provider.v1}/`, key: ' sk-right ' }
    expect(await verifyConnection(config, options, signal)).toEqual([
      { id: 'a', name: 'a', ownedBy: 'scripted' },
      { id: 'b', name: 'b', ownedBy: 'scripted' },
    ])
    const error = await verifyConnection({ ...config, key: 'sk-wrong-key-0815' }, options, signal).catch(
      (thrown: UpstreamError) => thrown,
    )
    expect(error).toMatchObject({ code: 'upstream_key_refused' })
    expect((error as UpstreamError).message).not.toContain('0815')
  })

  test.each([
    ['a web page', { status: 200, body: '<p>Hello' }, 'upstream_refused', /often ends in \/v1/],
    ['another JSON object', { status: 200, body: '{"hello":1}' }, 'upstream_refused', /often ends in \/v1/],
    ['a missing path', { status: 404, body: '' }, 'upstream_refused', /address is not complete/],
    [
      'a provider that is unavailable',
      { status: 503, body: '{"error":"loading"}' },
      'upstream_unreachable',
      /status 503.*loading/,
    ],
  ] as const)('%s', async (_name, listAnswer, code, message) => {
    const provider = await startScriptedProvider({})
    open.push(provider)
    provider.listAnswer = listAnswer
    const config = { kind: 'openai' as const, baseUrl: provider.v1, key: null }
    const error: unknown = await verifyConnection(config, options, signal).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  test('invalid entries of a list are left out', async () => {
    const provider = await startScriptedProvider({})
    open.push(provider)
    const data = [
      null,
      7,
      {},
      { id: '' },
      { id: 'x'.repeat(400) },
      { id: 'a\u0000', name: 'A' },
      { name: 'b' },
    ]
    provider.listAnswer = { status: 200, body: JSON.stringify({ models: data }) }
    const config = { kind: 'openai' as const, baseUrl: provider.v1, key: null }
    expect(await verifyConnection(config, options, signal)).toEqual([
      { id: 'a\uFFFD', name: 'A' },
      { id: 'b', name: 'b' },
    ])
  })
})
