import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { subnet } from '../accounts/index.ts'
import { CrowdLimit, guarded } from '../base/index.ts'
import type { Logger } from '../base/index.ts'

export interface UnprovenConnectionsOptions {
  /** Connections from one address that may be open at once without having shown a session. */
  max: number
  /** A proxy that is trusted says whose request it is. */
  isForwarded: (request: IncomingMessage) => boolean
  logger: Logger
}

/**
 * Bounds the connections of each address, except those that a signed-in user makes requests on and those of proxies: any
 * number of users may share an address. A newer connection takes the place of the oldest one that is idle or still
 * sending its request.
 */
export class UnprovenConnections {
  readonly #max: number
  readonly #isForwarded: (request: IncomingMessage) => boolean
  /** Requests that have arrived whole and are not answered yet. */
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
    server.on(
      'request',
      guarded({ logger, event: 'request' }, (request: IncomingMessage, response: ServerResponse) =>
        this.#requested(request, response),
      ),
    )
  }

  /** Somebody who is signed in, or a proxy, makes requests on it; or it is another's to bound from now on. */
  prove({ socket }: Pick<IncomingMessage, 'socket'>): void {
    this.#crowd.remove(socket)
  }

  #connected(socket: Socket): void {
    const name = subnet(socket.remoteAddress ?? 'unknown')
    if (!this.#crowd.add(socket, [{ name, max: this.#max }])) {
      socket.destroy()
      return
    }
    socket.once('close', () => this.#crowd.remove(socket))
  }

  #requested(request: IncomingMessage, response: ServerResponse): void {
    this.#serving.set(request.socket, { request, response })
    if (this.#isForwarded(request)) this.prove(request)
  }
}
