import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { ClientFrame, ServerFrame } from '../../protocol/frames.ts'

/** A server for tests of the live client. Its sockets are real, and the test decides what it sends. */
export interface LiveServer extends AsyncDisposable {
  socketAddress: string
  eventsAddress: string
  /** All frames from clients, of all sockets, in order. */
  received: ClientFrame[]
  /** The URLs of the requested event streams. */
  streams: URL[]
  /** The number of sockets that were opened so far. */
  opened: number
  /** `refuse` answers an upgrade with 400, like a proxy without WebSocket support; `swallow` never answers. */
  sockets: 'accept' | 'refuse' | 'swallow'
  /** `hold` sends a response only when it ends, like a proxy that buffers. */
  responses: 'pass' | 'hold'
  /** If set, a socket whose hello has another proof is closed with 4008. */
  proof: string | undefined
  /** Sends a frame to all open sockets and streams. */
  broadcast: (frame: ServerFrame) => void
  /** Breaks all connections. */
  cut: () => void
  close: (code: number) => void
}

const welcome: Extract<ServerFrame, { t: 'welcome' }> = {
  t: 'welcome',
  v: 1,
  instance: 'a',
  version: '1',
  user: { id: 'u', email: 'u@x', name: 'U', role: 'user', active: true, createdAt: 0, lastActiveAt: null },
}

export async function startLiveServer(): Promise<LiveServer> {
  const raw = new Set<Socket>()
  const open = new Set<WebSocket>()
  const responses = new Set<ServerResponse>()
  const held = new WeakMap<ServerResponse, string>()
  const http: Server = createServer((request, response) => stream(request, response))
  const wss = new WebSocketServer({ noServer: true })

  const stream = (request: IncomingMessage, response: ServerResponse): void => {
    const asked = new URL(request.url ?? '/', 'http://x')
    it.streams.push(asked)
    const hold = asked.searchParams.get('hold')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    responses.add(response)
    held.set(response, '')
    tell(response, welcome)
    const end = hold === null ? undefined : setTimeout(() => response.end(held.get(response)), Number(hold))
    response.on('close', () => {
      clearTimeout(end)
      responses.delete(response)
    })
  }
  const tell = (response: ServerResponse, frame: ServerFrame): void => {
    const event = `data: ${JSON.stringify(frame)}\n\n`
    if (it.responses === 'pass') response.write(event)
    else held.set(response, (held.get(response) ?? '') + event)
  }
  http.on('connection', (socket) => {
    raw.add(socket)
    socket.on('close', () => raw.delete(socket))
  })
  http.on('upgrade', (request, socket, head) => {
    it.opened++
    if (it.sockets === 'swallow') return
    if (it.sockets === 'refuse') {
      socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')
      return
    }
    wss.handleUpgrade(request, socket, head, (ws) => {
      open.add(ws)
      ws.on('close', () => open.delete(ws))
      ws.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as ClientFrame
        it.received.push(frame)
        if (frame.t === 'hello' && frame.proof !== it.proof) ws.close(4008)
        else if (frame.t === 'hello') ws.send(JSON.stringify(welcome))
      })
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo

  const it: LiveServer = {
    socketAddress: `ws://127.0.0.1:${port}/ws`,
    eventsAddress: `http://127.0.0.1:${port}/api/live`,
    received: [],
    streams: [],
    opened: 0,
    sockets: 'accept',
    responses: 'pass',
    proof: undefined,
    broadcast(frame) {
      for (const ws of open) ws.send(JSON.stringify(frame))
      for (const response of responses) tell(response, frame)
    },
    cut() {
      for (const socket of raw) socket.destroy()
    },
    close(code) {
      for (const ws of open) ws.close(code)
    },
    async [Symbol.asyncDispose]() {
      it.cut()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  return it
}
