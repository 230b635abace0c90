import type { BrokenRule, ErrorCode, ReachedLimit, WireError } from '../../protocol/errors.ts'

/** Codes of `protocol/errors.ts`, and two for requests without a response from Shoal. */
export type PageErrorCode = ErrorCode | 'unreachable' | 'unreadable'

/** A failed request. `message` is the server's sentence; the page shows its own by `code` where it has one. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly code: PageErrorCode
  readonly status: number
  readonly field: string | undefined
  readonly retryAfterMs: number | undefined
  readonly limit: ReachedLimit | undefined
  readonly rule: BrokenRule | undefined
  readonly change: WireError['change']
  readonly requestId: string | undefined

  constructor(status: number, wire: Omit<WireError, 'code'> & { code: PageErrorCode }, cause?: unknown) {
    super(wire.message, { cause })
    this.code = wire.code
    this.status = status
    this.field = wire.field
    this.retryAfterMs = wire.retryAfterMs
    this.limit = wire.limit
    this.rule = wire.rule
    this.change = wire.change
    this.requestId = wire.requestId
  }

  /** The same request may succeed later. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

/** Converts the body of an error. A body that is not Shoal's, such as a proxy's error page, becomes `unreadable`. */
export function toApiError(status: number, body: unknown): ApiError {
  const error = isRecord(body) ? body['error'] : undefined
  if (isRecord(error) && typeof error['code'] === 'string' && typeof error['message'] === 'string') {
    // Boundary cast: the required fields were checked above; the others are optional and only displayed.
    return new ApiError(status, error as unknown as WireError)
  }
  return new ApiError(status, {
    code: 'unreadable',
    message: `Something between this page and Shoal answered with status ${status}.`,
  })
}

/** Converts the error of a reply over the socket. Pass `undefined` if the reply lacks the requested data. */
export function errorOfReply(error: WireError | undefined): ApiError {
  return error ? toApiError(statusOf(error.code), { error }) : toApiError(502, undefined)
}

/** Derives a status, because a reply has none. Only whether the request can be retried depends on it. */
function statusOf(code: string): number {
  if (/^(rate_limited|too_many_runs|upstream_rate_limited)$/.test(code)) return 429
  return /^(internal|store_unavailable|draining|busy|storage_full)$/.test(code) ? 503 : 400
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
