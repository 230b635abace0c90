import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Certificates } from '../support/certificates.ts'
import { freePorts } from '../support/free-port.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startLocalNginx } from './support/local-nginx.ts'
import { proxyKinds } from './support/local-proxies.ts'
import type { LocalProxy } from './support/local-proxies.ts'
import { makeTrustedCertificates } from './support/proxied-fleet.ts'

const started = new AsyncDisposableStack()
let folder: string
let certificates: Certificates

/** Requests that reached the HTTP servers, which replace the instances. They can cut the connection on an upgrade. */
const received: { path: string; upgrade: string | undefined }[] = []
let breaksOnUpgrade = false
let targets: Server[] = []

async function startTarget(): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== '/ready') received.push({ path: request.url ?? '', upgrade: request.headers.upgrade })
    response.end('plain')
  })
  server.on('upgrade', (request, socket) => {
    received.push({ path: request.url ?? '', upgrade: request.headers.upgrade })
    if (breaksOnUpgrade) return void socket.destroy()
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.end(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** Sends a request with the path exactly as given, and resolves with the status. */
async function statusOf(url: string, path: string, upgrade: string): Promise<number> {
  const socket = connect({ port: Number(new URL(url).port), servername: 'localhost' })
  const key = Buffer.alloc(16).toString('base64')
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  )
  const [data] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return Number(/^HTTP\/1\.1 (\d+)/.exec(data.toString())?.[1])
}

beforeAll(async () => {
  folder = started.use(await temporaryFolder('socket-path')).path
  certificates = await makeTrustedCertificates(folder)
  targets = await Promise.all([startTarget(), startTarget(), startTarget()])
  started.defer(async () => {
    for (const target of targets) target.close()
  })
})

afterAll(() => started.disposeAsync())

beforeEach(() => {
  received.length = 0
  breaksOnUpgrade = false
})

const proxies = [{ name: 'nginx', isInstalled: true, start: startLocalNginx }, ...proxyKinds]

describe.each(proxies)('deploy/$name', ({ name, isInstalled, start }) => {
  let beforeAllThree: Promise<LocalProxy> | undefined

  async function begin(label: string, instances: number[]): Promise<LocalProxy> {
    const [httpPort = 0, httpsPort = 0] = await freePorts(2)
    const own = join(folder, `${name}-${label}`)
    await mkdir(own)
    const it = await start({ folder: own, instances, httpPort, httpsPort, certificates })
    started.defer(() => it.stop())
    await expect.poll(() => statusOf(it.url, '/', 'h2c'), { timeout: 10_000 }).toBe(200)
    return it
  }

  // Started in the first test, because `expect.poll` works only inside a test.
  const proxy = (): Promise<LocalProxy> => (beforeAllThree ??= begin('all', targets.map(portOf)))

  test.runIf(isInstalled).each(['/', '//', '//ws', '/x/../ws', '/%77s', '/ws/', '/ws/x', '/WS', '/api/live'])(
    'S1: an upgrade at %s reaches no instance as an upgrade',
    async (path) => {
      const { url } = await proxy()
      received.length = 0
      await statusOf(url, path, 'websocket')
      expect(received.map(({ upgrade }) => upgrade).filter((it) => it !== undefined)).toEqual([])
    },
  )

  test.runIf(isInstalled)('S1: at /ws only a WebSocket is upgraded', async () => {
    const { url } = await proxy()
    received.length = 0
    expect(await statusOf(url, '/ws', 'websocket')).toBe(101)
    expect(await statusOf(url, '/ws?v=1', 'WebSocket')).toBe(101)
    expect(await statusOf(url, '/ws', 'h2c')).toBe(200)
    expect(received.map(({ upgrade }) => upgrade?.toLowerCase())).toEqual([
      'websocket',
      'websocket',
      undefined,
    ])
  })

  test.runIf(isInstalled)(
    'S1: an upgrade that crashes an instance is not retried on another one',
    async () => {
      const { url } = await proxy()
      received.length = 0
      breaksOnUpgrade = true
      for (let count = 1; count <= 5; count++) {
        expect(await statusOf(url, '/ws', 'websocket')).toBeGreaterThanOrEqual(500)
        expect(received).toHaveLength(count)
      }
    },
  )

  test.runIf(isInstalled)(
    'S1: a socket is opened on another instance if one refuses connections',
    async () => {
      const [gone = 0] = await freePorts(1)
      const { url } = await begin('one-gone', [gone, portOf(targets[1]!), portOf(targets[2]!)])
      for (let count = 0; count < 8; count++) expect(await statusOf(url, '/ws', 'websocket')).toBe(101)
    },
  )
})
