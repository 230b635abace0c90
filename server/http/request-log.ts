import type { ServerResponse } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { createLineWriter, guarded } from '../base/index.ts'
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

/**
 * Returns the function to call when a request has ended. It logs one line for the request and reports it to the
 * metrics.
 */
export function createRequestLog({
  logger,
  clock,
  observer,
}: RequestLogOptions): (request: FastifyRequest, response: ServerResponse) => void {
  const writeInfo = createLineWriter(logger, 'info')
  const writeDebug = createLineWriter(logger, 'debug')
  return guarded(
    { logger, event: 'end of a request' },
    (request: FastifyRequest, response: ServerResponse) => {
      const ms = clock.monotonic() - request.meta.openedAt
      const route = request.routeOptions.url ?? 'none'
      const status = response.writableFinished ? response.statusCode : clientGone
      observer?.observe(request.method, route, status, ms / 1000)
      const write = monitoringRoutes.has(route) ? writeDebug : writeInfo
      write?.(fieldsOf(request, { status, ms }), 'request')
    },
  )
}

/** The status that nginx logs for a client that disconnected before the whole response was sent. */
const clientGone = 499

/**
 * The fields of the line as JSON, without braces. Only the path needs escaping: Shoal checks or generates ids and
 * addresses.
 */
function fieldsOf(
  { id, method, url, meta, caller }: FastifyRequest,
  ended: { status: number; ms: number },
): string {
  // The query is left out, because it may contain a user's search text.
  const path = JSON.stringify(pathOf(url).slice(0, 300))
  const user = caller ? `,"user":"${caller.user.id}"` : ''
  return `"requestId":"${id}","method":"${method}","path":${path},"status":${ended.status},"ms":${Math.round(ended.ms * 10) / 10},"address":"${meta.address}"${user}`
}

/** The path of a request URL, without its query. */
export function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}
