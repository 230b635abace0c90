import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { subnet } from '../accounts/index.ts'
import { CrowdLimit, guarded } from '../base/index.ts'
import type { Logger } from '../base/index.ts'

export interface UnprovenConnectionsOptions {
  /** Maximum number of open connections from one address on which no user has authenticated. */
  max: number
  /** Whether a trusted proxy forwarded the request. */
  isForwarded: (request: IncomingMessage) => boolean
  logger: Logger
}

/**
 * Limits the connections of each address. Connections of authenticated users and of trusted proxies do not count,
 * because any number of users may share an address. At the limit, a new connection replaces the oldest one that is idle
 * or still sending its request.
 */
export class UnprovenConnections {
  readonly #max: number
  readonly #isForwarded: (request: IncomingMessage) => boolean
  /** The latest request of each connection. */
  readonly #serving = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }>()
  readonly #crowd = new CrowdLimit<Socket>({
    evict: (socket) => socket.destroy(),
    isBusy: (socket) => {
      const serving = this.#serving.get(socket)
      return serving !== undefined && serving.request.complete && !serving.response.writableFinished
    },
  })

  constructor(server: Server, { max, isForwarded, logger }: UnprovenConnectionsOptions) {
    this.#max = max
    this.#isForwarded = isForwarded
    server.on(
      'connection',
      guarded(
        { logger, event: 'connection' },
        (socket: Socket) => this.#connected(socket),
        (socket) => socket.destroy(),
      ),
    )
  }

  /**
   * Stops counting a connection: it belongs to an authenticated user or a proxy, or a WebSocket gateway now limits it.
   */
  exempt({ socket }: Pick<IncomingMessage, 'socket'>): void {
    this.#crowd.remove(socket)
  }

  /** Must be called for each request, before its body is read. */
  requested(request: IncomingMessage, response: ServerResponse): void {
    this.#serving.set(request.socket, { request, response })
    if (this.#isForwarded(request)) this.exempt(request)
  }

  #connected(socket: Socket): void {
    const name = subnet(socket.remoteAddress ?? 'unknown')
    if (!this.#crowd.add(socket, [{ name, max: this.#max }])) {
      socket.destroy()
      return
    }
    socket.once('close', () => this.#crowd.remove(socket))
  }
}
