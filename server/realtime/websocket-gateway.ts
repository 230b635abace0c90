import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { closeCodes, limits } from '../../protocol/index.ts'
import { Connection } from './connection.ts'
import { handleFrame, parseFrame } from './frames/index.ts'
import { hello } from './frames/hello.ts'
import type { Peer, RealtimePorts } from './ports.ts'

export interface GatewayOptions {
  ports: RealtimePorts
  path: string
  /** Whether it comes from a page of ours or from no browser; another has to prove itself with its hello. */
  isOwnOrigin: (request: IncomingMessage) => boolean
  cookieToken: (request: IncomingMessage) => string | undefined
  peer: (request: IncomingMessage) => Peer
}

const helloWithinMs = 10_000
/** Frames a second that a client may send, and at once. */
const frameRate = 100
const frameBurst = 400
/** Handshakes a second and at once: after a deploy everybody comes back together. */
const handshakeRate = 300
const handshakeBurst = 600
const silentMs = 50_000

/** The WebSocket at `/ws`: no compression (it costs 0.26 MB a socket), bounded frames, one hello first. */
export class WebSocketGateway {
  readonly #options: GatewayOptions
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.frame,
    clientTracking: false,
  })
  readonly #sockets = new Map<WebSocket, { heard: number; peer: Peer }>()
  #handshakes = handshakeBurst
  #refilled: number
  #sweep: NodeJS.Timeout | undefined

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#refilled = options.ports.clock.monotonic()
  }

  attach(server: Server): void {
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    this.#sweep = setInterval(() => this.#findSilent(), 20_000)
    this.#sweep.unref()
  }

  close(): void {
    clearInterval(this.#sweep)
    for (const socket of this.#sockets.keys()) socket.terminate()
    this.#server.close()
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname !== this.#options.path) {
      refuse(socket, '404 Not Found', 'There is no socket here.')
      return
    }
    if (!this.#admit()) {
      refuse(socket, '503 Service Unavailable', 'Too many are coming at once.', 'Retry-After: 1\r\n')
      return
    }
    this.#server.handleUpgrade(request, socket, head, (ws) => this.#open(ws, request, socket))
  }

  /** Handshakes at a bounded rate, so that a herd does not keep those who are here from being served. */
  #admit(): boolean {
    const now = this.#options.ports.clock.monotonic()
    this.#handshakes = Math.min(
      handshakeBurst,
      this.#handshakes + ((now - this.#refilled) / 1000) * handshakeRate,
    )
    this.#refilled = now
    if (this.#handshakes < 1) return false
    this.#handshakes--
    return true
  }

  #open(ws: WebSocket, request: IncomingMessage, socket: Duplex): void {
    const { ports } = this.#options
    const cookieToken = this.#options.cookieToken(request)
    const ownOrigin = this.#options.isOwnOrigin(request)
    const state = { heard: ports.clock.monotonic(), peer: this.#options.peer(request) }
    this.#sockets.set(ws, state)
    const connection = new Connection({
      ports,
      transport: {
        send: (data, sent) => {
          together(socket)
          ws.send(data, sent)
        },
        buffered: () => ws.bufferedAmount,
      },
      close: (reason) => ws.close(closeCodes[reason].code, closeCodes[reason].reason),
      logger: ports.logger,
    })
    const waiting = setTimeout(() => connection.close('helloMissing'), helloWithinMs)
    const bucket = { left: frameBurst, at: state.heard }
    let greeted: Promise<void> | undefined
    ws.on('pong', () => {
      state.heard = ports.clock.monotonic()
    })
    ws.on('message', (data, isBinary) => {
      state.heard = ports.clock.monotonic()
      if (!takes(bucket, state.heard)) {
        connection.close('flood')
        ws.terminate()
        return
      }
      const frame = isBinary || !Buffer.isBuffer(data) ? undefined : parseFrame(data.toString())
      if (!frame) connection.close('badFrame')
      else if (frame.t === 'hello') {
        clearTimeout(waiting)
        greeted ??= hello(connection, frame, { cookieToken, peer: state.peer, ownOrigin }).catch(
          (error: unknown) => {
            ports.logger.error({ err: error }, 'hello failed unexpectedly')
            connection.close('cutOff')
          },
        )
      } else if (connection.speaker) void handleFrame(connection, frame)
      // A client need not wait for the welcome before it asks.
      else if (greeted) void greeted.then(() => connection.speaker && handleFrame(connection, frame))
      else connection.close('helloMissing')
    })
    ws.on('error', (error) => ports.logger.debug({ err: error }, 'a socket failed'))
    ws.on('close', () => {
      clearTimeout(waiting)
      this.#sockets.delete(ws)
      connection.closed()
    })
  }

  /** A peer that has vanished without a word is only seen by asking. */
  #findSilent(): void {
    const now = this.#options.ports.clock.monotonic()
    for (const [ws, { heard }] of this.#sockets) {
      if (now - heard > silentMs) ws.terminate()
      else ws.ping()
    }
  }
}

/** What is written to a socket in one turn of the event loop leaves in one piece: a write costs more than a frame. */
function together(socket: Duplex): void {
  if (socket.writableCorked > 0) return
  socket.cork()
  setImmediate(() => socket.uncork())
}

function takes(bucket: { left: number; at: number }, now: number): boolean {
  bucket.left = Math.min(frameBurst, bucket.left + ((now - bucket.at) / 1000) * frameRate)
  bucket.at = now
  bucket.left--
  return bucket.left >= 0
}

function refuse(socket: Duplex, status: string, why: string, headers = ''): void {
  socket.on('error', () => {})
  socket.end(
    `HTTP/1.1 ${status}\r\n${headers}Connection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(why)}\r\n\r\n${why}`,
  )
}
