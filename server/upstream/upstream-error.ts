import { AppError, errorCatalogue } from '../../protocol/index.ts'
import type { ErrorCode, RunError } from '../../protocol/index.ts'

export type UpstreamErrorCode = Extract<ErrorCode, `upstream_${string}`>

export interface UpstreamErrorOptions {
  /** A sentence for a person; the catalogue's by default. Never raw JSON alone, never a key. */
  message?: string
  retryAfterMs?: number
  /** The provider's HTTP status, where there was one. */
  status?: number
  cause?: unknown
}

/** What a provider did wrong, as a small catalogue. */
export class UpstreamError extends Error {
  override name = 'UpstreamError'
  readonly code: UpstreamErrorCode
  readonly retryAfterMs: number | undefined
  readonly status: number | undefined

  constructor(code: UpstreamErrorCode, { message, retryAfterMs, status, cause }: UpstreamErrorOptions = {}) {
    super(message ?? errorCatalogue[code].message, { cause })
    this.code = code
    this.retryAfterMs = retryAfterMs
    this.status = status
  }

  toRunError(): RunError {
    const { code, message, retryAfterMs } = this
    return { code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  }

  toAppError(): AppError {
    return new AppError(this.code, {
      message: this.message,
      cause: this,
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
    })
  }
}
