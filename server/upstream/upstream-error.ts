import { AppError, errorCatalogue } from '../../protocol/index.ts'
import type { ErrorCode, RunError } from '../../protocol/index.ts'

export type UpstreamErrorCode = Extract<ErrorCode, `upstream_${string}`>

export interface UpstreamErrorOptions {
  /** A sentence for a person; the catalogue's by default. Never raw JSON alone, never a key. */
  message?: string
  retryAfterMs?: number
  /** The provider's HTTP status, where there was one. */
  status?: number
  /** Its own code of the error, and the field of the request that it names. */
  said?: { code?: string; param?: string }
  cause?: unknown
}

/** What a provider did wrong, as a small catalogue. */
export class UpstreamError extends Error {
  override name = 'UpstreamError'
  readonly code: UpstreamErrorCode
  readonly retryAfterMs: number | undefined
  readonly status: number | undefined
  readonly #said: { code?: string; param?: string }

  constructor(
    code: UpstreamErrorCode,
    { message, retryAfterMs, status, said = {}, cause }: UpstreamErrorOptions = {},
  ) {
    super(message ?? errorCatalogue[code].message, { cause })
    this.code = code
    this.retryAfterMs = retryAfterMs
    this.status = status
    this.#said = said
  }

  toRunError(): RunError {
    const { code, message, retryAfterMs } = this
    return { code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  }

  toAppError(): AppError {
    return new AppError(this.code, {
      message: this.message,
      cause: this,
      provider: this.status === undefined ? undefined : { status: this.status, ...this.#said },
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
    })
  }
}
