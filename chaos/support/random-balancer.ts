import { createServer, request } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { random } from './fleet.ts'

/** A load balancer that sends every request and handshake to a random instance, even on the same client connection. */
export interface RandomBalancer {
  readonly url: string
  /** The number of forwarded requests and handshakes, by instance. */
  readonly counts: Map<string, number>
  stop(): void
}

export async function startRandomBalancer(targets: () => string[]): Promise<RandomBalancer> {
  const counts = new Map<string, number>()
  const sockets = new Set<Socket>()
  const choose = (): URL => {
    const target = random(targets())
    counts.set(target, (counts.get(target) ?? 0) + 1)
    return new URL(target)
  }
  const headersOf = (incoming: IncomingMessage): OutgoingHttpHeaders => ({
    ...incoming.headers,
    'x-forwarded-for': incoming.headers['x-forwarded-for'] ?? '127.0.0.1',
    'x-forwarded-host': incoming.headers.host,
  })
  const server = createServer((incoming, response) => {
    const { hostname, port } = choose()
    const { method, url: path } = incoming
    const outgoing = request({ hostname, port, method, path, headers: headersOf(incoming) }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    outgoing.on('error', (error) => {
      if (!response.headersSent) response.writeHead(502)
      response.end(String(error))
    })
    response.on('close', () => outgoing.destroy())
    incoming.pipe(outgoing)
  })
  server.on('upgrade', (incoming, near: Socket, head) => {
    const { hostname, port } = choose()
    const far = connect(Number(port), hostname, () => {
      const lines = Object.entries(headersOf(incoming)).map(([name, value]) => `${name}: ${String(value)}`)
      far.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      far.write(head)
      far.pipe(near)
      near.pipe(far)
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
