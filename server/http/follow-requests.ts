import type { FastifyInstance } from 'fastify'
import type { Clock, Logger } from '../base/index.ts'
import { baseHeaders } from './base-headers.ts'
import type { Client, Hop } from './client-address.ts'
import './fastify-request.ts'
import type { HttpConfig } from './http-config.ts'
import { OpenRequests } from './open-requests.ts'
import { createRequestLog } from './request-log.ts'
import type { RequestObserver } from './request-log.ts'
import { LazyRequestMeta } from './request-meta.ts'
import type { UnprovenConnections } from './unproven-connections.ts'

export interface FollowOptions {
  config: Pick<HttpConfig, 'recheckMs'>
  logger: Logger
  clock: Clock
  metrics: RequestObserver | undefined
  connections: UnprovenConnections
  clientOf: (hop: Hop) => Client
}

/**
 * Adds the first hook of each request, which sets `request.meta` and the base headers of the response. Each request is
 * among the returned open ones until its response has been sent or the client has disconnected; then it is logged and
 * measured.
 */
export function followRequests(app: FastifyInstance, options: FollowOptions): OpenRequests {
  const { config, logger, clock, metrics, connections, clientOf } = options
  const openRequests = new OpenRequests({ recheckMs: config.recheckMs, clock, logger })
  const logRequest = createRequestLog({ logger, clock, observer: metrics })
  app.decorateRequest('caller', undefined)
  app.decorateRequest('meta', undefined as unknown as LazyRequestMeta)
  app.addHook('onRequest', (request, reply, done) => {
    const { raw: response } = reply
    connections.requested(request.raw, response)
    const meta = new LazyRequestMeta(
      request.id,
      { raw: request.raw, response },
      { openedAt: clock.monotonic(), clientOf },
    )
    request.meta = meta
    openRequests.add(meta)
    // Fastify's `onResponse` hook does not run if the client disconnects before the end.
    response.on('close', () => {
      openRequests.remove(meta)
      logRequest(request, response)
    })
    reply.header('x-request-id', request.id)
    reply.headers(baseHeaders)
    if (meta.https) reply.header('strict-transport-security', 'max-age=31536000')
    done()
  })
  return openRequests
}
