import type { AppError, ErrorCode } from '../../protocol/index.ts'

/** The form in which OpenAI's clients expect errors. */
export interface OpenAiError {
  status: number
  body: { error: { message: string; type: string; param: string | null; code: string } }
}

/** Where their clients know a case by another name or status. */
const theirs: Partial<Record<ErrorCode, { status: number; code: string }>> = {
  unauthenticated: { status: 401, code: 'invalid_api_key' },
  unknown_model: { status: 404, code: 'model_not_found' },
  upstream_context_too_long: { status: 400, code: 'context_length_exceeded' },
  upstream_filtered: { status: 400, code: 'content_filter' },
}

export function toOpenAiError(error: AppError): OpenAiError {
  const { status, code } = theirs[error.code] ?? error
  return {
    status,
    body: { error: { message: error.message, type: typeFor(status), param: error.field ?? null, code } },
  }
}

function typeFor(status: number): string {
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}
