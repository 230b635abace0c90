import { DeadlineError, Unavailable } from '../base/index.ts'
import { AppError } from '../../protocol/index.ts'
import { ClientGoneError } from './request-meta.ts'
import type { AppErrorOptions, ErrorCode } from '../../protocol/index.ts'

/**
 * Converts anything that was thrown into the error for the client. An AppError is returned unchanged, errors of the
 * store and of Fastify become errors of the catalogue, and everything else becomes `internal` with its cause.
 */
export function explainError(error: unknown, { bodyLimit }: { bodyLimit: number }): AppError {
  if (error instanceof AppError) return error
  // The client does not receive this response. It only must not be logged as a bug.
  if (error instanceof ClientGoneError) return new AppError('busy')
  if (error instanceof DeadlineError) return new AppError('busy', { retryAfterMs: 1000, cause: error })
  if (error instanceof Unavailable) return explainUnavailable(error)
  if (!(error instanceof Error)) return new AppError('internal', { cause: error })
  return explainFastify(error, bodyLimit) ?? new AppError('internal', { cause: error })
}

function explainUnavailable(error: Unavailable): AppError {
  return error.kind === 'full'
    ? new AppError('storage_full', { cause: error })
    : new AppError('store_unavailable', { retryAfterMs: 1000, cause: error })
}

function explainFastify(error: Error, bodyLimit: number): AppError | undefined {
  const status = 'statusCode' in error ? Number(error.statusCode) : Number.NaN
  if (!(status >= 400 && status < 500)) return undefined
  const fastifyCode = 'code' in error ? String(error.code) : ''
  const [code, options] = describeFastifyError(fastifyCode, status, bodyLimit)
  return new AppError(code, { ...options, cause: error })
}

function describeFastifyError(
  fastifyCode: string,
  status: number,
  bodyLimit: number,
): [ErrorCode, AppErrorOptions] {
  switch (fastifyCode) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return ['too_large', { field: 'body', message: `A request body may have at most ${bodyLimit} bytes.` }]
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return [
        'bad_request',
        { field: 'content-type', message: 'Send the body as JSON, with "Content-Type: application/json".' },
      ]
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return [
        'bad_request',
        { field: 'content-length', message: 'The length of the body does not match Content-Length.' },
      ]
    case 'FST_ERR_BAD_URL':
      return ['bad_request', { field: 'path', message: 'The path is not percent-encoded correctly.' }]
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return ['not_found', {}]
    default:
      if (fastifyCode.includes('JSON_BODY') || status === 400) {
        return ['bad_json', { field: 'body', message: 'The request body is not valid JSON.' }]
      }
      return [status === 413 ? 'too_large' : status === 429 ? 'rate_limited' : 'not_found', {}]
  }
}
