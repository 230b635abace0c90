import { upstreamErrors } from './upstream-errors.ts'
import type { ErrorEntry } from './upstream-errors.ts'

/**
 * Every error that a client can be told, in one table: the status it travels with, whether the same request may
 * succeed later, and a sentence for a person. The page translates by code; `docs/errors.md` is generated from here.
 */
export const errorCatalogue = {
  bad_json: { status: 400, retryable: false, message: 'The request body is not valid JSON.' },
  bad_request: { status: 400, retryable: false, message: 'The request is not valid.' },
  bad_frame: { status: 400, retryable: false, message: 'The frame is not valid.' },
  unauthenticated: { status: 401, retryable: false, message: 'Sign in to go on.' },
  wrong_credentials: { status: 401, retryable: false, message: 'Email or password is wrong.' },
  account_pending: {
    status: 403,
    retryable: false,
    message: 'An administrator has to approve this account first.',
  },
  password_change_required: {
    status: 403,
    retryable: false,
    message: 'Choose a password of your own first: somebody else has set this one.',
  },
  account_inactive: { status: 403, retryable: false, message: 'This account has been deactivated.' },
  forbidden: { status: 403, retryable: false, message: 'You may not do this.' },
  wrong_origin: {
    status: 403,
    retryable: false,
    message: 'The request came from another site. Set WEBUI_URL or CORS_ALLOW_ORIGIN if that site is yours.',
  },
  insecure_cookie: {
    status: 400,
    retryable: false,
    message:
      'WEBUI_SESSION_COOKIE_SECURE=true needs HTTPS, and this request came over plain HTTP, or by a proxy that does not send X-Forwarded-Proto.',
  },
  setup_code_needed: {
    status: 403,
    retryable: false,
    message:
      'The first account needs the setup code. It is in the server’s log, in the line that says “setup code”.',
  },
  sign_up_closed: {
    status: 403,
    retryable: false,
    message: 'Sign-up is closed. Ask an administrator for an account.',
  },
  not_found: { status: 404, retryable: false, message: 'There is nothing here, or it is not yours.' },
  method_not_allowed: {
    status: 405,
    retryable: false,
    message: 'This address does not take that method. The Allow header names those it takes.',
  },
  email_taken: {
    status: 409,
    retryable: false,
    message: 'There is an account with this email address already.',
  },
  stale_revision: {
    status: 409,
    retryable: false,
    message: 'Somebody else changed this in the meantime. Look at the new state and try again.',
  },
  branch_busy: {
    status: 409,
    retryable: true,
    message: 'An answer is still being written here. Wait for it or stop it first.',
  },
  parent_missing: {
    status: 409,
    retryable: false,
    message: 'The message that this one answers does not exist any more.',
  },
  last_admin: {
    status: 409,
    retryable: false,
    message: 'This is the last administrator. Make somebody else one first.',
  },
  too_large: { status: 413, retryable: false, message: 'This is larger than allowed.' },
  unknown_model: {
    status: 422,
    retryable: false,
    message: 'There is no such model now. Choose another one.',
  },
  upgrade_required: {
    status: 426,
    retryable: false,
    message:
      'This address takes WebSockets only, and the request arrived without the headers Upgrade and Connection. If a proxy is in front, configure it to pass both on.',
  },
  rate_limited: { status: 429, retryable: true, message: 'Too many requests. Try again in a moment.' },
  too_many_runs: {
    status: 429,
    retryable: true,
    message: 'You have as many answers running as allowed. Wait for one to end.',
  },
  internal: {
    status: 500,
    retryable: true,
    message: 'Something went wrong here. The id below helps an administrator to find it in the log.',
  },
  store_unavailable: {
    status: 503,
    retryable: true,
    message: 'The database does not answer. Try again in a moment.',
  },
  draining: {
    status: 503,
    retryable: true,
    message: 'This instance is shutting down. Try again: another one takes over.',
  },
  busy: { status: 503, retryable: true, message: 'This instance has too much to do. Try again in a moment.' },
  storage_full: {
    status: 507,
    retryable: true,
    message: 'The disk of the server is full, so nothing can be saved. Tell an administrator.',
  },
  ...upstreamErrors,
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorCatalogue

/** The body of every failed request: `{error: WireError}`. */
export interface WireError {
  code: ErrorCode
  message: string
  /** The name of the field that is wrong. */
  field?: string
  /** Milliseconds after which a retry makes sense. */
  retryAfterMs?: number
  /** The limit of one user that refused the request. */
  limit?: ReachedLimit
  requestId?: string
}

/** `requests` and `tokens` are counted over a minute, `running` is how many answers are written at once. */
export interface ReachedLimit {
  of: 'requests' | 'tokens' | 'running'
  max: number
}

/** What a model provider answered, for clients that speak its protocol; the page is not told. */
export interface ProviderRefusal {
  status: number
  code?: string
  /** The field of the request that it names. */
  param?: string
}

/** How far a limit is used up, for the headers of an answer. */
export interface LimitState {
  of: 'requests' | 'tokens'
  /** So many a minute. */
  limit: number
  remaining: number
  /** When all of them are there again. */
  resetMs: number
}

export interface AppErrorOptions {
  message?: string
  field?: string
  retryAfterMs?: number
  provider?: ProviderRefusal | undefined
  limit?: LimitState
  /** For a limit that has no `LimitState`. */
  reached?: ReachedLimit
  cause?: unknown
}

/** Ends a request with a code of the catalogue. Everything else that is thrown is a bug and becomes `internal`, with an id. */
export class AppError extends Error {
  override name = 'AppError'
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly retryAfterMs: number | undefined
  readonly provider: ProviderRefusal | undefined
  readonly limit: LimitState | undefined
  readonly reached: ReachedLimit | undefined

  constructor(
    code: ErrorCode,
    { message, field, retryAfterMs, provider, limit, reached, cause }: AppErrorOptions = {},
  ) {
    super(message ?? errorCatalogue[code].message, { cause })
    this.code = code
    this.field = field
    this.retryAfterMs = retryAfterMs
    this.provider = provider
    this.limit = limit
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
      ...(requestId === undefined ? {} : { requestId }),
    }
  }
}
