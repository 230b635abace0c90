import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '../base/index.ts'
import { limitHeaders } from './limit-headers.ts'
import type { AppError } from '../../protocol/index.ts'
import { discardBody } from './discard-body.ts'
import { errorFormOf } from './error-form.ts'
import { explainError } from './explain-error.ts'

/** Converts a thrown value into an error of the catalogue. A bug is logged with the request id that the client gets. */
export type Explain = (error: unknown, request: FastifyRequest) => AppError

export function createExplain(logger: Logger, { bodyLimit }: { bodyLimit: number }): Explain {
  return (error, request) => {
    const appError = explainError(error, { bodyLimit: request.routeOptions.bodyLimit ?? bodyLimit })
    if (isPrematureClose(error) && request.raw.socket.destroyed) {
      logger.debug({ requestId: request.id }, 'the client disconnected before it received the whole response')
    } else if (appError.code === 'internal') {
      logger.error({ err: error, requestId: request.id, method: request.method }, 'request failed')
    } else if (appError.status >= 500 && appError.cause !== undefined) {
      logger.warn(
        { err: appError.cause, requestId: request.id, code: appError.code },
        'request could not be served',
      )
    }
    return appError
  }
}

/** Whether a stream failed because its destination was closed. */
function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}

/**
 * Sends `{error: …}` with its status, or the path's own error format, and `Retry-After` in whole seconds if a retry
 * makes sense. The rest of the request body is read first.
 */
export async function replyWithError(
  error: AppError,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  await discardBody(request, reply)
  // SDKs wait for the time in `Retry-After`. Without it they guess.
  const waitMs = error.retryAfterMs ?? (error.status === 429 ? 1000 : undefined)
  if (waitMs !== undefined) reply.header('retry-after', Math.ceil(waitMs / 1000))
  if (error.limit) reply.headers(limitHeaders(error.limit))
  const { status, body, headers } = errorFormOf(request.server, request.url)?.write(error) ?? {
    status: error.status,
    body: { error: error.toWire(request.id) },
  }
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .headers(headers ?? {})
    .type('application/json; charset=utf-8')
    .send(body)
}
