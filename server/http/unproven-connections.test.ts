import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { startHttp } from '../../test/support/http-fixture.ts'
import type { FixtureOptions, HttpFixture } from '../../test/support/http-fixture.ts'

let it: HttpFixture
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await it.close()
})

async function start(options: FixtureOptions = {}): Promise<void> {
  it = await startHttp({ config: { maxUnprovenConnections: 5 }, ...options })
}

interface Client {
  socket: Socket
  closed: () => boolean
  /** Sends a request on this connection and resolves with the status of its answer. */
  get: (path: string, headers?: Record<string, string>) => Promise<number>
}

function open(): Promise<Client> {
  return new Promise((resolve) => {
    let closed = false
    let answered: (status: number) => void = () => {}
    const socket = connect(it.port, '127.0.0.1', () => resolve(client))
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('close', () => (closed = true))
    socket.on('data', (data) => {
      const status = /^HTTP\/1\.1 (\d+)/.exec(data.toString())?.[1]
      if (status !== undefined) answered(Number(status))
    })
    const client: Client = {
      socket,
      closed: () => closed,
      get: (path, headers = {}) => {
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${lines.join('')}\r\n`)
        return new Promise((done) => (answered = done))
      },
    }
  })
}

const asUser = { authorization: 'Bearer user' }

describe('S25: the connections of one address', () => {
  test('are closed for newer ones if no user has authenticated on them', async () => {
    await start()
    const clients: Client[] = []
    for (let count = 0; count < 30; count++) clients.push(await open())
    await expect.poll(() => clients.filter(({ closed }) => !closed()).length).toBe(5)
    expect(await clients.at(-1)!.get('/api/chats', asUser)).toBe(200)
  })

  test('are closed for newer ones even if they have sent half a request', async () => {
    await start()
    const clients: Client[] = []
    for (let count = 0; count < 8; count++) {
      const client = await open()
      client.socket.write('POST /api/runs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{')
      clients.push(client)
    }
    await expect.poll(() => clients.filter(({ closed }) => !closed()).length).toBe(5)
    expect(await (await open()).get('/api/chats', asUser)).toBe(200)
  })

  test('do not count if a signed-in user makes requests on them, so that many users can share the address', async () => {
    await start()
    const signedIn: Client[] = []
    for (let count = 0; count < 40; count++) {
      const client = await open()
      expect(await client.get('/api/chats', asUser)).toBe(200)
      signedIn.push(client)
    }
    for (let count = 0; count < 40; count++) await open()
    expect(await (await open()).get('/api/chats', asUser)).toBe(200)
    expect(signedIn.filter(({ closed }) => closed())).toEqual([])
  })

  test('do not count if they belong to a trusted proxy, even for unauthenticated requests', async () => {
    await start()
    const ofProxy: Client[] = []
    for (let count = 0; count < 20; count++) {
      const client = await open()
      await client.get('/health', { 'x-forwarded-for': `198.51.100.${count}` })
      ofProxy.push(client)
    }
    await open()
    expect(ofProxy.filter(({ closed }) => closed())).toEqual([])
  })

  test('count if a client only claims to be a proxy', async () => {
    await start({ config: { maxUnprovenConnections: 5, trustedProxies: ['10.0.0.1'] } })
    const clients: Client[] = []
    for (let count = 0; count < 20; count++) {
      const client = await open()
      await client.get('/health', { 'x-forwarded-for': '198.51.100.1' })
      clients.push(client)
    }
    await expect.poll(() => clients.filter(({ closed }) => !closed()).length).toBe(5)
  })

  test('are not closed while they wait for a response', async () => {
    let finish: (() => void)[] = []
    await start({
      useCases: { signIn: () => new Promise<object>((resolve) => finish.push(() => resolve({ body: {} }))) },
    })
    const body = JSON.stringify({ email: 'a@b.de', password: 'x' })
    const waiting: Client[] = []
    const answers: Promise<number>[] = []
    for (let count = 0; count < 5; count++) {
      const client = await open()
      answers.push(
        new Promise((resolve) =>
          client.socket.on('data', (data) => resolve(Number(data.toString().slice(9, 12)))),
        ),
      )
      client.socket.write(
        `POST /api/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      waiting.push(client)
    }
    await expect.poll(() => finish.length).toBe(5)
    const refused = await open()
    await expect.poll(refused.closed).toBe(true)
    for (const end of finish) end()
    expect(await Promise.all(answers)).toEqual([200, 200, 200, 200, 200])
    expect(waiting.filter(({ closed }) => closed())).toEqual([])
    finish = []
  })
})

describe('S25: a request that does not arrive completely', () => {
  test.each([
    ['its head', 'GET /health HTTP/1.1\r\nHost: x\r\n'],
    [
      'its body',
      'POST /api/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    ],
  ])('%s: the connection ends with 408', async (_, text) => {
    await start({ config: { headersTimeoutMs: 300, requestTimeoutMs: 600 } })
    const { socket, closed } = await open()
    let said = ''
    socket.on('data', (data) => (said += data.toString()))
    socket.write(text)
    await expect.poll(closed).toBe(true)
    expect(said).toMatch(/^HTTP\/1\.1 408 /)
  })
})
