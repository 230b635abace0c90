import { AppError, errorCatalogue } from '../../protocol/index.ts'
import type { ErrorCode, FailureDetail, RunError } from '../../protocol/index.ts'
import type { FailureReason } from '../../protocol/upstream-errors.ts'

export type UpstreamErrorCode = Extract<ErrorCode, `upstream_${string}`>

export type UpstreamDetail = FailureDetail & { reason?: FailureReason | undefined }

export interface UpstreamErrorOptions {
  /** A sentence for the user, by default the catalogue's. It contains no raw JSON and no key. */
  message?: string
  /** The parts of the message, if it is not the catalogue's. */
  detail?: UpstreamDetail
  retryAfterMs?: number
  /** The HTTP status of the provider's response, if there was one. */
  status?: number
  /** The provider's own error code, and the field of the request that it names. */
  reported?: { code?: string; param?: string }
  cause?: unknown
}

/** A failure of a provider, with a code of the error catalogue. */
export class UpstreamError extends Error {
  override name = 'UpstreamError'
  readonly code: UpstreamErrorCode
  readonly detail: FailureDetail | undefined
  readonly retryAfterMs: number | undefined
  readonly status: number | undefined
  readonly #reported: { code?: string; param?: string }

  constructor(
    code: UpstreamErrorCode,
    { message, detail, retryAfterMs, status, reported = {}, cause }: UpstreamErrorOptions = {},
  ) {
    super(message ?? errorCatalogue[code].message, { cause })
    this.code = code
    this.detail = detail
    this.retryAfterMs = retryAfterMs
    this.status = status
    this.#reported = reported
  }

  toRunError(): RunError {
    const { retryAfterMs } = this
    return { ...this.toFailure(), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  }

  /** What a client needs to explain the failure. */
  toFailure(): Pick<RunError, 'code' | 'message' | 'detail'> {
    const { code, message, detail } = this
    return { code, message, ...(detail === undefined ? {} : { detail }) }
  }

  toAppError(): AppError {
    return new AppError(this.code, {
      message: this.message,
      cause: this,
      provider: this.status === undefined ? undefined : { status: this.status, ...this.#reported },
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
    })
  }
}
