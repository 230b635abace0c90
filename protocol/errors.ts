import { upstreamErrors } from './upstream-errors.ts'
import type { ErrorEntry } from './upstream-errors.ts'

/**
 * Every error that a client can receive: its HTTP status, whether the same request may succeed later, and a sentence
 * for the user. The page translates by code; `docs/errors.md` is generated from this table.
 */
export const errorCatalogue = {
  bad_json: {
    status: 400,
    retryable: false,
    message: 'The request body is not valid JSON. Correct it and try again.',
  },
  bad_request: {
    status: 400,
    retryable: false,
    message: 'The request is not valid. Correct it and try again.',
  },
  bad_frame: {
    status: 400,
    retryable: false,
    message: 'The frame is not valid. Correct it and send it again.',
  },
  unauthenticated: { status: 401, retryable: false, message: 'Sign in to continue.' },
  wrong_credentials: {
    status: 401,
    retryable: false,
    message: 'Wrong email address or password. Try again.',
  },
  account_pending: {
    status: 403,
    retryable: false,
    message: 'Your account is waiting for approval. Ask an administrator to approve it.',
  },
  password_change_required: {
    status: 403,
    retryable: false,
    message: 'An administrator set your password. Choose your own password to continue.',
  },
  account_inactive: {
    status: 403,
    retryable: false,
    message: 'This account has been deactivated. Ask an administrator to reactivate it.',
  },
  forbidden: {
    status: 403,
    retryable: false,
    message: 'You don’t have permission to do this. Ask an administrator if you need it.',
  },
  wrong_origin: {
    status: 403,
    retryable: false,
    message:
      'The request came from a different website. If that website is yours, add it to WEBUI_URL or CORS_ALLOW_ORIGIN.',
  },
  insecure_cookie: {
    status: 400,
    retryable: false,
    message:
      'WEBUI_SESSION_COOKIE_SECURE=true needs HTTPS, but this request arrived over plain HTTP. Open Shoal over HTTPS, or have your proxy send X-Forwarded-Proto.',
  },
  setup_code_needed: {
    status: 403,
    retryable: false,
    message:
      'Enter the setup code to create the first account. It is in the server’s log, in the line that says “setup code”.',
  },
  sign_up_closed: {
    status: 403,
    retryable: false,
    message: 'Sign-up is closed. Ask an administrator for an account.',
  },
  not_found: {
    status: 404,
    retryable: false,
    message: 'This doesn’t exist, or you don’t have access. Check the address.',
  },
  folder_exists: {
    status: 409,
    retryable: false,
    message: 'A folder with this name already exists. Choose another name.',
  },
  method_not_allowed: {
    status: 405,
    retryable: false,
    message: 'This address does not support that HTTP method. Use one of the methods in the Allow header.',
  },
  email_taken: {
    status: 409,
    retryable: false,
    message: 'An account with this email address already exists. Use another address.',
  },
  stale_revision: {
    status: 409,
    retryable: false,
    message: 'Someone else changed this. Review the latest version and try again.',
  },
  branch_busy: {
    status: 409,
    retryable: true,
    message: 'An answer is still being written here. Wait until it is done, or stop it.',
  },
  parent_missing: {
    status: 409,
    retryable: false,
    message: 'The message that you replied to no longer exists. Reload the chat and try again.',
  },
  last_admin: {
    status: 409,
    retryable: false,
    message: 'This is the last administrator. Make another user an administrator first.',
  },
  too_large: {
    status: 413,
    retryable: false,
    message: 'This is larger than allowed. Shorten it and try again.',
  },
  unknown_model: {
    status: 422,
    retryable: false,
    message: 'This model is not available. Choose another one.',
  },
  upgrade_required: {
    status: 426,
    retryable: false,
    message:
      'This address accepts WebSockets only, but the request has no Upgrade and Connection headers. Configure your proxy to pass both on.',
  },
  rate_limited: { status: 429, retryable: true, message: 'Too many requests. Try again in a moment.' },
  too_many_runs: {
    status: 429,
    retryable: true,
    message: 'You have reached the limit of concurrent answers. Wait until one ends, or stop one.',
  },
  internal: {
    status: 500,
    retryable: true,
    message:
      'Something went wrong on the server. Try again. If it happens again, give the error ID to an administrator.',
  },
  store_unavailable: {
    status: 503,
    retryable: true,
    message: 'The database is not responding. Try again in a moment.',
  },
  draining: {
    status: 503,
    retryable: true,
    message: 'This server is shutting down. Try again in a moment.',
  },
  busy: { status: 503, retryable: true, message: 'The server is busy. Try again in a moment.' },
  storage_full: {
    status: 507,
    retryable: true,
    message: 'The server’s disk is full, so nothing can be saved. Ask an administrator to free some space.',
  },
  ...upstreamErrors,
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorCatalogue

/** The body of every failed request: `{error: WireError}`. */
export interface WireError {
  code: ErrorCode
  message: string
  /** The name of the invalid field. */
  field?: string
  /** Milliseconds after which a retry makes sense. */
  retryAfterMs?: number
  /** The limit of the user that the request exceeded. */
  limit?: ReachedLimit
  /** The rule that the value of `field` breaks. `message` says the same in English. */
  rule?: BrokenRule
  /** The change by another user that was made first: who, and when (epoch ms). For `stale_revision`. */
  change?: { by: string; at: number }
  requestId?: string
}

/** `min` and `max` count characters of a text, entries of a list, and otherwise limit a number. */
export interface BrokenRule {
  name:
    | 'required'
    | 'not_empty'
    | 'http_address'
    | 'email'
    | 'min_characters'
    | 'max_characters'
    | 'min_entries'
    | 'max_entries'
    | 'min'
    | 'max'
    | 'wrong_password'
    | 'must_differ'
    | 'invalid'
  limit?: number
}

/** `requests` and `tokens` are counted per minute; `running` counts concurrent answers. */
export interface ReachedLimit {
  of: 'requests' | 'tokens' | 'running'
  max: number
}

/** A model provider's error response, for clients of the OpenAI API. The page does not receive it. */
export interface ProviderRefusal {
  status: number
  code?: string
  /** The field of the request that the provider named. */
  param?: string
}

/** The state of a limit, for the headers of a response. */
export interface LimitState {
  of: 'requests' | 'tokens'
  /** The maximum per minute. */
  limit: number
  remaining: number
  /** Milliseconds until the whole limit is available again. */
  resetMs: number
}

export interface AppErrorOptions {
  message?: string
  field?: string
  retryAfterMs?: number
  provider?: ProviderRefusal | undefined
  limit?: LimitState
  /** The exceeded limit, if it has no `LimitState`. */
  reached?: ReachedLimit
  rule?: BrokenRule
  change?: { by: string; at: number }
  cause?: unknown
}

/**
 * Ends a request with an error of the catalogue. Any other thrown error is a bug and becomes `internal`, with an id.
 */
export class AppError extends Error {
  override name = 'AppError'
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly retryAfterMs: number | undefined
  readonly provider: ProviderRefusal | undefined
  readonly limit: LimitState | undefined
  readonly reached: ReachedLimit | undefined
  readonly rule: BrokenRule | undefined
  readonly change: { by: string; at: number } | undefined

  constructor(
    code: ErrorCode,
    { message, field, retryAfterMs, provider, limit, reached, rule, change, cause }: AppErrorOptions = {},
  ) {
    super(message ?? errorCatalogue[code].message, { cause })
    this.code = code
    this.field = field
    this.retryAfterMs = retryAfterMs
    this.provider = provider
    this.limit = limit
    this.rule = rule
    this.change = change
    this.reached = reached ?? (limit && { of: limit.of, max: limit.limit })
  }

  get status(): number {
    return errorCatalogue[this.code].status
  }

  toWire(requestId?: string): WireError {
    return {
      code: this.code,
      message: this.message,
      ...(this.field === undefined ? {} : { field: this.field }),
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.reached === undefined ? {} : { limit: this.reached }),
      ...(this.rule === undefined ? {} : { rule: this.rule }),
      ...(this.change === undefined ? {} : { change: this.change }),
      ...(requestId === undefined ? {} : { requestId }),
    }
  }
}
