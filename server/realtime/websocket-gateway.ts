import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { ServerOptions, WebSocket } from 'ws'
import { limits } from '../../protocol/index.ts'
import { subnet } from '../accounts/index.ts'
import { closeWithResponse, CrowdLimit, guarded } from '../base/index.ts'
import type { CrowdSource } from '../base/index.ts'
import type { RequestMeta } from '../use-case.ts'
import type { RealtimePorts } from './ports.ts'
import { ServedSocket } from './served-socket.ts'

type Source = Pick<RequestMeta, 'address' | 'unproven'>

export interface GatewayOptions {
  ports: RealtimePorts
  path: string
  /**
   * Whether the handshake comes from Shoal's own page or from a client that is not a browser. Other clients must send a
   * proof with their `hello`.
   */
  isOwnOrigin: (request: IncomingMessage) => boolean
  /** The client's address, as far as proxies report it. */
  clientOf: (request: IncomingMessage) => Source
}

/** Handshakes per second, and in one burst: after a deployment all clients reconnect at the same time. */
const handshakeRate = 300
const handshakeBurst = 600
const silenceLimitMs = 50_000
/** Concurrent sockets without a session from one address. They have ten seconds for `hello`; real clients need less. */
const maxUnprovenPerAddress = 256
/**
 * Concurrent sockets without a session through one hop that is not configured as a proxy: it may be a proxy for many
 * clients, or one client that claims many addresses.
 */
const maxUnprovenPerHop = 2048

function sourcesOf({ address, unproven }: Source): CrowdSource[] {
  const from = subnet(address)
  return [
    { name: `from ${from}`, max: maxUnprovenPerAddress },
    ...unproven
      .map(subnet)
      .filter((hop) => hop !== from)
      .map((hop) => ({ name: `by ${hop}`, max: maxUnprovenPerHop })),
  ]
}

/** The WebSocket at `/ws`: no compression (it costs 0.26 MB a socket), bounded frames, and `hello` first. */
export class WebSocketGateway {
  readonly #options: GatewayOptions
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.frame,
    // Chromium sends the largest frame in nine fragments. Each fragment costs far more memory than its bytes.
    maxFragments: 16,
    maxBufferedChunks: 4096,
    maxPendingAutoPongs: 4,
    closeTimeout: 2000,
    clientTracking: false,
  } as ServerOptions)
  /** Sockets that have no session yet. */
  readonly #unproven = new CrowdLimit<ServedSocket>({
    evict: (served) => served.terminate(),
    isBusy: (served) => served.authenticating,
  })
  readonly #sockets = new Map<WebSocket, ServedSocket>()
  #handshakes = handshakeBurst
  #refilled: number
  #sweep: NodeJS.Timeout | undefined

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#refilled = options.ports.clock.monotonic()
  }

  get path(): string {
    return this.#options.path
  }

  start(): void {
    const { logger } = this.#options.ports
    this.#sweep = setInterval(
      guarded({ logger, event: 'websocket sweep' }, () => this.#pingOrTerminate()),
      20_000,
    )
    this.#sweep.unref()
  }

  close(): void {
    clearInterval(this.#sweep)
    for (const socket of this.#sockets.keys()) socket.terminate()
    this.#server.close()
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!this.#admit()) {
      closeWithResponse(socket, {
        status: '503 Service Unavailable',
        body: 'Too many clients are connecting at once. Try again in a second.',
        headers: { 'Retry-After': '1' },
      })
      return
    }
    this.#server.handleUpgrade(request, socket, head, (ws) => this.#open(ws, request, socket))
  }

  /** Limits the rate of handshakes, so that mass reconnects do not slow down the connected clients. */
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
    const { ports, isOwnOrigin, clientOf } = this.#options
    const served = new ServedSocket({
      ports,
      ws,
      tcp: socket,
      from: { cookies: request.headers.cookie, ownOrigin: isOwnOrigin(request) },
      welcomed: () => this.#unproven.remove(served),
      closed: () => {
        this.#unproven.remove(served)
        this.#sockets.delete(ws)
      },
    })
    this.#sockets.set(ws, served)
    if (!this.#unproven.add(served, sourcesOf(clientOf(request)))) served.refuse()
  }

  /** Pings every socket, and ends those without a sign of life: a peer can vanish without closing its connection. */
  #pingOrTerminate(): void {
    const now = this.#options.ports.clock.monotonic()
    for (const [ws, { lastReceivedAt }] of this.#sockets) {
      if (now - lastReceivedAt > silenceLimitMs) ws.terminate()
      else ws.ping()
    }
  }
}
