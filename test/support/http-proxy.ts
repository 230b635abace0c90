import { createServer, request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface HttpProxy {
  port: number
  /** The received requests, such as `CONNECT host:port` and `POST http://…`, in order. */
  requests: string[]
  /** The status with which all requests are refused; undefined to accept them. */
  refuse: number | undefined
  close(): Promise<void>
}

interface ProxyOptions {
  /** The required `user:password`. */
  login?: string
  /** The certificate of the proxy, for clients that connect to it with TLS. */
  tls?: { key: Buffer; cert: Buffer }
  /** A local port to which all requests are forwarded, whatever host they name. */
  target?: number
}

/** Starts a real HTTP proxy. It accepts CONNECT, and requests that name a whole http:// address. */
export async function startHttpProxy({ login, tls, target }: ProxyOptions = {}): Promise<HttpProxy> {
  const sockets = new Set<Duplex>()
  const server = tls ? createTlsServer(tls) : createServer()
  const proxy: HttpProxy = {
    port: 0,
    requests: [],
    refuse: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
  const refusal = (given: IncomingMessage): number | undefined => {
    const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString('base64')}`
    return given.headers['proxy-authorization'] === wanted ? proxy.refuse : 407
  }
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
  })
  server.on('connect', (given: IncomingMessage, socket: Duplex) => {
    proxy.requests.push(`CONNECT ${given.url}`)
    socket.on('error', () => socket.destroy())
    const status = refusal(given)
    if (status !== undefined) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)
    const { hostname, port } = new URL(`http://${given.url}`)
    const upstream = connect(
      target ?? (Number(port) || 80),
      target === undefined ? hostname : '127.0.0.1',
      () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        upstream.pipe(socket).pipe(upstream)
      },
    )
    sockets.add(upstream)
    upstream.on('error', () => socket.destroy())
    upstream.on('close', () => socket.destroy())
    socket.on('close', () => upstream.destroy())
  })
  server.on('request', (given: IncomingMessage, response: ServerResponse) => {
    proxy.requests.push(`${given.method} ${given.url}`)
    const status = refusal(given)
    if (status !== undefined) return void response.writeHead(status).end('<h1>No</h1>')
    const url = new URL(given.url ?? '')
    const { 'proxy-authorization': _, ...headers } = given.headers
    const place = target === undefined ? { hostname: url.hostname, port: url.port } : { port: target }
    const path = url.pathname + url.search
    const onward = request({ ...place, path, method: given.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    given.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  proxy.port = (server.address() as AddressInfo).port
  return proxy
}
