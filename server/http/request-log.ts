import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { guarded } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'

/** Asked every few seconds by machines: not worth a line each. */
const quiet = new Set(['/health', '/ready', '/metrics'])

export interface RequestObserver {
  /** `route` is the pattern, so that it has few values. */
  observe(method: string, route: string, status: number, seconds: number): void
}

export interface RequestLogOptions {
  logger: Logger
  clock: Clock
  observer: RequestObserver | undefined
}

/** One line a request when it has ended, whichever way; the same to the metrics. */
export function logRequests(app: FastifyInstance, { logger, clock, observer }: RequestLogOptions): void {
  // The line below has a fixed form without secrets; looking for some in it cost more than all the rest of a request.
  const lines = logger.child({}, { redact: [] })
  const ended = guarded(
    { logger, event: 'end of a request' },
    (request: FastifyRequest, raw: ServerResponse, start: number) => {
      const ms = clock.monotonic() - start
      const route = request.routeOptions.url ?? 'none'
      const status = raw.writableFinished ? raw.statusCode : clientGone
      observer?.observe(request.method, route, status, ms / 1000)
      const level = quiet.has(route) ? 'debug' : 'info'
      if (lines.isLevelEnabled(level)) lines[level](lineOf(request, { status, ms }), 'request')
    },
  )
  app.addHook('onRequest', (request, reply, done) => {
    const start = clock.monotonic()
    // Fastify's own hook says nothing of a client that went before the end.
    reply.raw.once('close', () => ended(request, reply.raw, start))
    done()
  })
}

/** The status that nginx logs for a client that did not wait for the whole answer. */
const clientGone = 499

function lineOf(request: FastifyRequest, ended: { status: number; ms: number }): Record<string, unknown> {
  return {
    requestId: request.id,
    method: request.method,
    // Without the query: it may hold what somebody searched for.
    path: pathOf(request.url).slice(0, 300),
    status: ended.status,
    ms: Math.round(ended.ms * 10) / 10,
    address: request.meta.address,
    ...(request.caller ? { user: request.caller.user.id } : {}),
  }
}

/** The path of a request's address, without its query. */
export function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}
