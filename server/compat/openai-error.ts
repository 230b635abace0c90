import { sdkLimitHeaders } from './sdk-limit-headers.ts'
import { errorCatalogue } from '../../protocol/index.ts'
import type { AppError, ErrorCode } from '../../protocol/index.ts'

/** The form in which OpenAI's clients expect errors. */
export interface OpenAiError {
  status: number
  body: { error: { message: string; type: string; param: string | null; code: string } }
  headers: Record<string, string>
}

interface Theirs {
  status?: number
  code?: string
  /** In place of a sentence that is meant for a person at the page. */
  message?: string
}

/** Where their clients know a case by another name or status. */
const theirs: Partial<Record<ErrorCode, Theirs>> = {
  unauthenticated: {
    code: 'invalid_api_key',
    message:
      'No valid API key. Create one on the page, under Account, and send it with each request: "Authorization: Bearer KEY".',
  },
  not_found: { code: 'unknown_url' },
  unknown_model: {
    status: 404,
    code: 'model_not_found',
    message: 'There is no such model. GET /v1/models lists those that there are.',
  },
  upstream_context_too_long: { status: 400, code: 'context_length_exceeded' },
  upstream_filtered: { status: 400, code: 'content_filter' },
}

export function toOpenAiError(error: AppError): OpenAiError {
  const { code: ours, provider } = error
  const known = theirs[ours] ?? {}
  const status = refusalStatus(error) ?? known.status ?? error.status
  // The provider's word for a wrong key would make the client's own key look wrong.
  const said = ours === 'upstream_key_refused' ? undefined : provider?.code
  const standard = error.message === errorCatalogue[ours].message
  return {
    status,
    body: {
      error: {
        message: (standard ? known.message : undefined) ?? error.message,
        type: typeFor(status, ours),
        param: error.field ?? provider?.param ?? null,
        code: said ?? known.code ?? ours,
      },
    },
    // The official clients send a request up to three times unless they are told that it is useless.
    headers: {
      ...(errorCatalogue[ours].retryable ? {} : { 'x-should-retry': 'false' }),
      ...(error.limit ? sdkLimitHeaders(error.limit) : {}),
    },
  }
}

/** The provider's own status, where it refused the request: whatever is wrong with it, a retry will not cure it. */
function refusalStatus({ provider }: AppError): number | undefined {
  return provider && provider.status >= 400 && provider.status < 500 ? provider.status : undefined
}

function typeFor(status: number, code: ErrorCode): string {
  if (code === 'upstream_key_refused') return 'upstream_error'
  if (status === 401) return 'authentication_error'
  if (status === 403) return 'permission_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}
