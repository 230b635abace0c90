import { sdkLimitHeaders } from './sdk-limit-headers.ts'
import { errorCatalogue } from '../../protocol/index.ts'
import type { AppError, ErrorCode } from '../../protocol/index.ts'

/** An error in the format that OpenAI's clients expect. */
export interface OpenAiError {
  status: number
  body: { error: { message: string; type: string; param: string | null; code: string } }
  headers: Record<string, string>
}

interface OpenAiEquivalent {
  status?: number
  code?: string
  /** Replaces a sentence that is meant for users of the page. */
  message?: string
}

/** Errors for which OpenAI's clients expect another code or status. */
const equivalents: Partial<Record<ErrorCode, OpenAiEquivalent>> = {
  unauthenticated: {
    code: 'invalid_api_key',
    message:
      'The API key is missing or not valid. Create a key on the page, under Account, and send it with each request: "Authorization: Bearer KEY".',
  },
  not_found: { code: 'unknown_url' },
  unknown_model: {
    status: 404,
    code: 'model_not_found',
    message: 'This model does not exist. Use a model from the list at GET /v1/models.',
  },
  upstream_context_too_long: { status: 400, code: 'context_length_exceeded' },
  upstream_filtered: { status: 400, code: 'content_filter' },
}

export function toOpenAiError(error: AppError): OpenAiError {
  const { code: ours, provider } = error
  const known = equivalents[ours] ?? {}
  const status = refusalStatus(error) ?? known.status ?? error.status
  // The provider's code for a wrong key would suggest that the client's own key is wrong.
  const providerCode = ours === 'upstream_key_refused' ? undefined : provider?.code
  const standard = error.message === errorCatalogue[ours].message
  return {
    status,
    body: {
      error: {
        message: (standard ? known.message : undefined) ?? error.message,
        type: typeFor(status, ours),
        param: error.field ?? provider?.param ?? null,
        code: providerCode ?? known.code ?? ours,
      },
    },
    // The official clients send a request up to three times unless this header says that a retry is useless.
    headers: {
      ...(errorCatalogue[ours].retryable ? {} : { 'x-should-retry': 'false' }),
      ...(error.limit ? sdkLimitHeaders(error.limit) : {}),
    },
  }
}

/** The provider's status if the provider refused the request with 4xx; undefined otherwise. */
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
