import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { guarded } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'

/** Monitoring requests these routes every few seconds, so they are logged at level debug only. */
const monitoringRoutes = new Set(['/health', '/ready', '/metrics'])

export interface RequestObserver {
  /** `route` is the route's pattern, so that the metric has few label values. */
  observe(method: string, route: string, status: number, seconds: number): void
}

export interface RequestLogOptions {
  logger: Logger
  clock: Clock
  observer: RequestObserver | undefined
}

/** Logs one line for each request when it has ended, and reports it to the metrics. */
export function logRequests(app: FastifyInstance, { logger, clock, observer }: RequestLogOptions): void {
  // These lines never contain secrets, so they are not searched for secrets, which took longer than the rest of the
  // request.
  const lines = logger.child({}, { redact: [] })
  const ended = guarded(
    { logger, event: 'end of a request' },
    (request: FastifyRequest, raw: ServerResponse, start: number) => {
      const ms = clock.monotonic() - start
      const route = request.routeOptions.url ?? 'none'
      const status = raw.writableFinished ? raw.statusCode : clientGone
      observer?.observe(request.method, route, status, ms / 1000)
      const level = monitoringRoutes.has(route) ? 'debug' : 'info'
      if (lines.isLevelEnabled(level)) lines[level](lineOf(request, { status, ms }), 'request')
    },
  )
  app.addHook('onRequest', (request, reply, done) => {
    const start = clock.monotonic()
    // Fastify's `onResponse` hook does not run if the client disconnects before the end.
    reply.raw.once('close', () => ended(request, reply.raw, start))
    done()
  })
}

/** The status that nginx logs for a client that disconnected before the whole response was sent. */
const clientGone = 499

function lineOf(request: FastifyRequest, ended: { status: number; ms: number }): Record<string, unknown> {
  return {
    requestId: request.id,
    method: request.method,
    // The query is left out, because it may contain a user's search text.
    path: pathOf(request.url).slice(0, 300),
    status: ended.status,
    ms: Math.round(ended.ms * 10) / 10,
    address: request.meta.address,
    ...(request.caller ? { user: request.caller.user.id } : {}),
  }
}

/** The path of a request URL, without its query. */
export function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}
