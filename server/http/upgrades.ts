/**
 * The only file that listens to `upgrade`. It passes each upgrade to the gateway of its path and rejects all others.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { closeWithResponse, guarded } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import { AppError } from '../../protocol/index.ts'
import { withoutBasePath } from './base-path.ts'
import { replyWithError } from './reply-with-error.ts'

/** Takes over the connections of upgrade requests for its path. */
export interface UpgradeGateway {
  readonly path: string
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

export interface UpgradesOptions {
  logger: Logger
  basePath: string
  /** Called for each connection that a gateway takes over. */
  onHandover: (request: IncomingMessage) => void
}

export class Upgrades {
  readonly #app: FastifyInstance
  readonly #onHandover: (request: IncomingMessage) => void
  readonly #basePath: string
  readonly #gateways = new Map<string, UpgradeGateway>()

  constructor(app: FastifyInstance, { logger, basePath, onHandover }: UpgradesOptions) {
    this.#app = app
    this.#basePath = basePath
    this.#onHandover = onHandover
    app.server.on(
      'upgrade',
      guarded(
        { logger, event: 'upgrade' },
        (request: IncomingMessage, socket: Duplex, head: Buffer) => this.#upgrade(request, socket, head),
        (_request, socket) => socket.destroy(),
      ),
    )
  }

  /** Must be called before the server listens. */
  add(gateway: UpgradeGateway): void {
    this.#gateways.set(gateway.path, gateway)
    this.#app.get(gateway.path, (request, reply) => {
      reply.header('upgrade', 'websocket').header('connection', 'upgrade')
      return replyWithError(new AppError('upgrade_required'), request, reply)
    })
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = pathOfTarget(request.url ?? '')
    if (path === undefined) {
      closeWithResponse(socket, {
        status: '400 Bad Request',
        body: 'The URL of this request is not valid.',
      })
      return
    }
    const gateway = this.#gateways.get(withoutBasePath(path, this.#basePath))
    if (gateway) {
      // From now on, the limit of the gateway applies to this connection instead of the limit on HTTP connections.
      this.#onHandover(request)
      gateway.upgrade(request, socket, head)
    } else
      closeWithResponse(socket, { status: '404 Not Found', body: 'There is no WebSocket at this address.' })
  }
}

/**
 * The path of a request target: `/path?query`, or `http://host/path` as proxies send it. Undefined if it is neither.
 * Does not use `new URL`, which throws on `//` and other malformed targets.
 */
export function pathOfTarget(target: string): string | undefined {
  const path = target.startsWith('/')
    ? target
    : /^(?:https?|wss?):\/\/[^/?#]+(?<path>\/.*)?$/i.exec(target)?.groups?.['path']
  return path?.split(/[?#]/, 1)[0]
}
