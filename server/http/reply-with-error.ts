import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '../base/index.ts'
import { limitHeaders } from './limit-headers.ts'
import type { AppError } from '../../protocol/index.ts'
import { discardBody } from './discard-body.ts'
import { errorFormOf } from './error-form.ts'
import { explainError } from './explain-error.ts'

/** Says what went wrong in the words of the catalogue; a bug is logged under the id that its client is told. */
export type Explain = (error: unknown, request: FastifyRequest) => AppError

export function createExplain(logger: Logger, { bodyLimit }: { bodyLimit: number }): Explain {
  return (error, request) => {
    const told = explainError(error, { bodyLimit: request.routeOptions.bodyLimit ?? bodyLimit })
    if (isCutShort(error) && request.raw.socket.destroyed) {
      logger.debug({ requestId: request.id }, 'the client went before it had the whole answer')
    } else if (told.code === 'internal') {
      logger.error({ err: error, requestId: request.id, method: request.method }, 'request failed')
    } else if (told.status >= 500 && told.cause !== undefined) {
      logger.warn({ err: told.cause, requestId: request.id, code: told.code }, 'request not served')
    }
    return told
  }
}

/** How a stream says that what it was sent to has closed. */
function isCutShort(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}

/**
 * Sends `{error: …}` with its status, or in the form that the path's clients know; `Retry-After` in whole seconds where
 * a retry makes sense. What the client is still sending is read first.
 */
export async function replyWithError(
  error: AppError,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  await discardBody(request, reply)
  // SDKs wait as long as this says; without it, by guess.
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
