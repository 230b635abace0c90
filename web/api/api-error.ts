import type { ErrorCode, ReachedLimit, WireError } from '../../protocol/errors.ts'

/** Codes of `protocol/errors.ts`, and two for what never came back from a server of ours. */
export type PageErrorCode = ErrorCode | 'unreachable' | 'unreadable'

/** A failed request. `message` is the server's sentence; the page shows its own by `code` where it has one. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly code: PageErrorCode
  readonly status: number
  readonly field: string | undefined
  readonly retryAfterMs: number | undefined
  readonly limit: ReachedLimit | undefined
  readonly requestId: string | undefined

  constructor(status: number, wire: Omit<WireError, 'code'> & { code: PageErrorCode }, cause?: unknown) {
    super(wire.message, { cause })
    this.code = wire.code
    this.status = status
    this.field = wire.field
    this.retryAfterMs = wire.retryAfterMs
    this.limit = wire.limit
    this.requestId = wire.requestId
  }

  /** The same request may succeed later. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

/** Reads an error's body; a proxy's own page, or anything else that is not ours, becomes `unreadable`. */
export function toApiError(status: number, body: unknown): ApiError {
  const error = isRecord(body) ? body['error'] : undefined
  if (isRecord(error) && typeof error['code'] === 'string' && typeof error['message'] === 'string') {
    // The border: fields were checked above, the rest is optional and shown as it is.
    return new ApiError(status, error as unknown as WireError)
  }
  return new ApiError(status, {
    code: 'unreadable',
    message: `Something between this page and Shoal answered with status ${status}.`,
  })
}

/** The error of a reply over the socket, from what was refused; `undefined`: the reply lacks what was asked for. */
export function errorOfReply(error: WireError | undefined): ApiError {
  return error ? toApiError(statusOf(error.code), { error }) : toApiError(502, undefined)
}

/** A reply carries no status; what a person can do about it depends on whether a retry makes sense. */
function statusOf(code: string): number {
  if (/^(rate_limited|too_many_runs|upstream_rate_limited)$/.test(code)) return 429
  return /^(internal|store_unavailable|draining|busy|storage_full)$/.test(code) ? 503 : 400
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
