import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { AppError } from '../../protocol/index.ts'
import { eventStreamQuery, openEventStream } from './event-stream.ts'
import type { RealtimePorts } from './ports.ts'
import { WebSocketGateway } from './websocket-gateway.ts'
import type { GatewayOptions } from './websocket-gateway.ts'

/** What this layer uses of the HTTP server. */
export interface RealtimeHttp extends Pick<GatewayOptions, 'isOwnOrigin' | 'clientOf'> {
  app: Pick<FastifyInstance, 'get'>
  upgrades: { add(gateway: WebSocketGateway): void }
  explain(error: unknown, request: FastifyRequest): AppError
  hijack(reply: FastifyReply): ServerResponse
  parse<Schema extends z.ZodType>(schema: Schema, value: unknown, whole: string): z.output<Schema>
  markAuthenticated(request: IncomingMessage): void
}

/** Mounts the WebSocket at `/ws` and its fallback, server-sent events at `/api/live`. */
export function serveRealtime(http: RealtimeHttp, ports: RealtimePorts): { close(): void } {
  http.app.get('/api/live', async (request, reply) => {
    const query = http.parse(eventStreamQuery, request.query, 'query')
    const { cookie: cookies } = request.headers
    const response = http.hijack(reply)
    try {
      await openEventStream(ports, response, query, cookies === undefined ? {} : { cookies })
      http.markAuthenticated(request.raw)
    } catch (error) {
      refuse(response, http.explain(error, request), request.id)
    }
    return reply
  })
  const gateway = new WebSocketGateway({
    ports,
    path: '/ws',
    isOwnOrigin: (request) => http.isOwnOrigin(request),
    clientOf: (request) => http.clientOf(request),
  })
  http.upgrades.add(gateway)
  gateway.start()
  return gateway
}

function refuse(response: ServerResponse, error: AppError, requestId: string): void {
  if (error.retryAfterMs !== undefined) {
    response.setHeader('retry-after', Math.ceil(error.retryAfterMs / 1000))
  }
  response.writeHead(error.status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify({ error: error.toWire(requestId) }))
}
