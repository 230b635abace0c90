/** An error of the catalogue: see `errorCatalogue`. */
export interface ErrorEntry {
  status: number
  retryable: boolean
  message: string
}

/** The errors of model providers. They are in a separate file because the page needs only these sentences. */
export const upstreamErrors = {
  upstream_unreachable: {
    status: 502,
    retryable: true,
    message: 'The model provider cannot be reached.',
  },
  upstream_key_refused: {
    status: 502,
    retryable: false,
    message: 'The model provider refused the API key: check it.',
  },
  upstream_rate_limited: {
    status: 429,
    retryable: true,
    message: 'The model provider’s rate limit is reached. Try again in a moment.',
  },
  upstream_context_too_long: {
    status: 422,
    retryable: false,
    message: 'The conversation is too long for this model: start a new chat or choose another model.',
  },
  upstream_filtered: {
    status: 422,
    retryable: false,
    message: 'The model provider refused to answer this: rephrase your message and try again.',
  },
  upstream_broke_off: {
    status: 502,
    retryable: true,
    message: 'The connection to the model provider broke during the answer. Try again.',
  },
  upstream_no_answer: { status: 502, retryable: true, message: 'The model sent an empty answer. Try again.' },
  upstream_unknown_end: {
    status: 502,
    retryable: true,
    message:
      'The model provider ended this answer without a known reason, so it may be incomplete. Continue or regenerate it.',
  },
  upstream_silent: {
    status: 504,
    retryable: true,
    message: 'The model provider stopped responding. Try again.',
  },
  upstream_refused: {
    status: 502,
    retryable: false,
    message: 'The model provider refused the request: choose another model, or check the connection.',
  },
} as const satisfies Record<string, ErrorEntry>

/** Why a provider or an answer failed, where that is known more exactly than by the error's code. */
export const failureReasons = [
  'bad_status',
  'no_credit',
  'quota_used_up',
  'model_not_found',
  'redirected',
  'key_missing',
  'key_invalid',
  'proxy_needs_password',
  'proxy_refused',
  'proxy_unreachable',
  'connect_timeout',
  'not_listening',
  'connection_closed',
  'host_unknown',
  'host_not_resolved',
  'no_route',
  'not_http',
  'untrusted_certificate',
  'no_tls',
  'connection_failed',
  'address_invalid',
  'address_not_allowed',
  'web_page',
  'no_model_list',
  'list_timeout',
  'not_listed_yet',
  'answer_timeout',
  'filter_stopped',
  'only_reasoning',
  'length_while_reasoning',
  'answer_too_long',
  'internal',
] as const
export type FailureReason = (typeof failureReasons)[number]
