import { DeadlineError, Unavailable } from '../base/index.ts'
import { AppError } from '../../protocol/index.ts'
import { ClientGoneError } from './request-meta.ts'
import type { AppErrorOptions, ErrorCode } from '../../protocol/index.ts'

/**
 * What a client is told of anything that was thrown: an AppError as it is, what the store or Fastify throws in words of
 * the catalogue, everything else as `internal` with its cause.
 */
export function explainError(error: unknown, { bodyLimit }: { bodyLimit: number }): AppError {
  if (error instanceof AppError) return error
  // Nobody reads that answer; it must only not look like a bug.
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
  const [code, options] = wordsFor(fastifyCode, status, bodyLimit)
  return new AppError(code, { ...options, cause: error })
}

function wordsFor(fastifyCode: string, status: number, bodyLimit: number): [ErrorCode, AppErrorOptions] {
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
        { field: 'content-length', message: 'The body is not as long as Content-Length says.' },
      ]
    case 'FST_ERR_BAD_URL':
      return ['bad_request', { field: 'path', message: 'The address is not properly percent-encoded.' }]
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return ['not_found', {}]
    default:
      if (fastifyCode.includes('JSON_BODY') || status === 400) {
        return ['bad_json', { field: 'body', message: 'The request body is not valid JSON.' }]
      }
      return [status === 413 ? 'too_large' : status === 429 ? 'rate_limited' : 'not_found', {}]
  }
}
