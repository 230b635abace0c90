/** An error of the catalogue: see `errorCatalogue`. */
export interface ErrorEntry {
  status: number
  retryable: boolean
  message: string
}

/** The part of the catalogue that tells of model providers: apart, since the page needs its sentences and no others. */
export const upstreamErrors = {
  upstream_unreachable: { status: 502, retryable: true, message: 'The model provider cannot be reached.' },
  upstream_key_refused: { status: 502, retryable: false, message: 'The model provider refused the API key.' },
  upstream_rate_limited: { status: 429, retryable: true, message: 'The model provider asks to slow down.' },
  upstream_context_too_long: {
    status: 422,
    retryable: false,
    message: 'The conversation is too long for this model.',
  },
  upstream_filtered: { status: 422, retryable: false, message: 'The model provider refused to answer this.' },
  upstream_broke_off: {
    status: 502,
    retryable: true,
    message: 'The model provider broke off in mid-answer.',
  },
  upstream_no_answer: { status: 502, retryable: true, message: 'No answer came from the model.' },
  upstream_unknown_end: {
    status: 502,
    retryable: true,
    message: 'The model provider ended this answer without a known reason. It may not be complete.',
  },
  upstream_silent: { status: 504, retryable: true, message: 'The model provider fell silent.' },
  upstream_refused: { status: 502, retryable: false, message: 'The model provider refused the request.' },
} as const satisfies Record<string, ErrorEntry>
