import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg, plural } from '@lingui/core/macro'
import type { BrokenRule, ReachedLimit } from '../../../protocol/errors.ts'
import { toLocalTime } from '../../api/server-clock.ts'
import { ApiError } from '../../api/api-error.ts'
import type { PageErrorCode } from '../../api/api-error.ts'
import { withoutFieldName } from './without-field-name.ts'

const sentences: Partial<Record<PageErrorCode, MessageDescriptor>> = {
  unreachable: msg`The server cannot be reached. Check your network connection and try again.`,
  unauthenticated: msg`Sign in to continue.`,
  wrong_credentials: msg`Wrong email address or password. Try again.`,
  account_pending: msg`Your account is waiting for approval. Ask an administrator to approve it.`,
  account_inactive: msg`This account has been deactivated. Ask an administrator to reactivate it.`,
  forbidden: msg`You don’t have permission to do this. Ask an administrator if you need it.`,
  password_change_required: msg`An administrator set your password. Choose your own password to continue.`,
  setup_code_needed: msg`Enter the setup code to create the first account. It is in the server’s log, in the line that says “setup code”.`,
  sign_up_closed: msg`Sign-up is closed. Ask an administrator for an account.`,
  not_found: msg`This doesn’t exist, or you don’t have access. Reload the page, or check its address.`,
  email_taken: msg`An account with this email address already exists. Use another address.`,
  folder_exists: msg`A folder with this name already exists. Choose another name.`,
  stale_revision: msg`Someone else changed this. Review the latest version and try again.`,
  branch_busy: msg`An answer is still being written here. Wait until it is done, or stop it.`,
  parent_missing: msg`The message that you replied to no longer exists. Reload the chat and try again.`,
  last_admin: msg`This is the last administrator. Make another user an administrator first.`,
  too_large: msg`This is larger than allowed. Shorten it and try again.`,
  unknown_model: msg`This model is not available. Choose another one.`,
  rate_limited: msg`Too many requests.`,
  too_many_runs: msg`You have reached the limit of concurrent answers. Wait until one ends, or stop one.`,
  store_unavailable: msg`The database is not responding.`,
  internal: msg`Something went wrong on the server. Try again. If it happens again, give the error ID to an administrator.`,
  wrong_origin: msg`The request came from a different website. If that website is yours, ask the operator to add it to WEBUI_URL or CORS_ALLOW_ORIGIN.`,
  insecure_cookie: msg`This server needs HTTPS, but the page was opened over plain HTTP. Open it over HTTPS, or have the operator’s proxy send X-Forwarded-Proto.`,
  draining: msg`This server is shutting down. Try again in a moment.`,
  busy: msg`The server is busy.`,
  storage_full: msg`The server’s disk is full, so nothing can be saved. Ask an administrator to free some space.`,
  upstream_unreachable: msg`The model provider cannot be reached.`,
  upstream_key_refused: msg`The model provider refused the API key. Check it under Administration → Connections, or ask an administrator.`,
  upstream_rate_limited: msg`The model provider’s rate limit is reached.`,
  upstream_context_too_long: msg`The conversation is too long for this model. Start a new chat or choose another model.`,
  upstream_filtered: msg`The model provider refused to answer this. Try a different wording.`,
  upstream_broke_off: msg`The connection to the model provider broke during the answer. Try again.`,
  upstream_no_answer: msg`The model sent an empty answer. Try again.`,
  upstream_unknown_end: msg`The model provider ended this answer without a known reason, so it may be incomplete. Try again.`,
  upstream_silent: msg`The model provider stopped responding.`,
  upstream_refused: msg`The model provider refused the request. Choose another model, or ask an administrator to check the connection.`,
}

/**
 * Errors that pass with time. The page adds when to try again: the server’s time if it sent one, else “in a moment”.
 */
const passingErrors = new Set<string>(['rate_limited', 'store_unavailable', 'busy'])

/** The sentence for a server error code in the user’s language; undefined if the server’s own message says more. */
export function sentenceFor(code: string): string | undefined {
  const sentence = sentences[code as PageErrorCode]
  return sentence && i18n._(sentence)
}

/**
 * The message to show for an error. It includes when to try again and, for an internal error, the request id to look up
 * in the server’s log.
 */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError))
    return i18n._(msg`Something went wrong on this page. Reload it and try again.`)
  const sentence =
    limitSentence(error.limit) ??
    changeSentence(error.change) ??
    unreadableSentence(error) ??
    sentenceFor(error.code) ??
    error.message
  const id = error.code === 'internal' && error.requestId ? ` (${error.requestId})` : ''
  return `${sentence}${retryHint(error)}${id}`
}

/**
 * A sentence that names the reached limit and who can raise it; undefined for a kind of limit that only a newer server
 * knows.
 */
function limitSentence(limit: ReachedLimit | undefined): string | undefined {
  if (!limit) return undefined
  const { max } = limit
  switch (limit.of) {
    case 'requests':
      return i18n._(
        msg`You have reached the limit of answers per minute (${max}). An administrator can raise the limit in the settings.`,
      )
    case 'tokens':
      return i18n._(
        msg`You have reached the limit of tokens per minute (${max}). An administrator can raise the limit in the settings.`,
      )
    case 'running':
      return i18n._(
        msg`You have reached the limit of concurrent answers (${max}). Wait until one ends, or stop one. An administrator can raise the limit in the settings.`,
      )
    default:
      return undefined
  }
}

/** Names who has changed the object of the request first, and when. */
function changeSentence(change: ApiError['change']): string | undefined {
  if (!change) return undefined
  const { by } = change
  const when = i18n.date(new Date(toLocalTime(change.at)), { dateStyle: 'medium', timeStyle: 'short' })
  return i18n._(msg`${by} changed this on ${when}. Review the latest version and try again.`)
}

/** For a response that is not Shoal’s: a proxy’s error page, or a truncated text. */
function unreadableSentence({ code, status }: ApiError): string | undefined {
  if (code !== 'unreadable') return undefined
  return status >= 400
    ? i18n._(
        msg`A server between this page and Shoal answered with status ${status}. Try again in a moment. If it happens again, tell an administrator.`,
      )
    : i18n._(msg`The server’s answer could not be read. Reload the page and try again.`)
}

function retryHint({ code, retryAfterMs = 0 }: ApiError): string {
  const seconds = Math.ceil(retryAfterMs / 1000)
  if (seconds > 1) return ` ${i18n._(msg`Try again in ${seconds} seconds.`)}`
  return passingErrors.has(code) ? ` ${i18n._(msg`Try again in a moment.`)}` : ''
}

/** Error codes that belong to one field and that the page translates, with the name of that field. */
const translatedFields: Record<string, string> = {
  email_taken: 'email',
  folder_exists: 'name',
  setup_code_needed: 'setupCode',
}

/** The error of a field, if the server named that field. All other errors belong to the whole form. */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined
  if (translatedFields[error.code] === field) return errorText(error)
  return error.field === field ? (ruleSentence(error.rule) ?? withoutFieldName(error)) : undefined
}

/** Undefined for a rule that only a newer server knows, and for `invalid`, where the server’s sentence says more. */
function ruleSentence(rule: BrokenRule | undefined): string | undefined {
  const { name, limit = 0 } = rule ?? {}
  switch (name) {
    case 'required':
    case 'not_empty':
      return i18n._(msg`Fill in this field.`)
    case 'http_address':
      return i18n._(msg`Enter an address that starts with http:// or https://.`)
    case 'email':
      return i18n._(msg`Enter an email address, such as name@example.org.`)
    case 'min_characters':
      return i18n._(msg`Enter at least ${plural(limit, { one: '# character', other: '# characters' })}.`)
    case 'max_characters':
      return i18n._(msg`Enter at most ${plural(limit, { one: '# character', other: '# characters' })}.`)
    case 'min_entries':
      return i18n._(msg`Enter at least ${plural(limit, { one: '# line', other: '# lines' })}.`)
    case 'max_entries':
      return i18n._(msg`Enter at most ${plural(limit, { one: '# line', other: '# lines' })}.`)
    case 'min':
      return i18n._(msg`Enter ${limit} or more.`)
    case 'max':
      return i18n._(msg`Enter ${limit} or less.`)
    case 'wrong_password':
      return i18n._(msg`Wrong password. Enter your current password.`)
    case 'must_differ':
      return i18n._(msg`Choose a password that differs from the current one.`)
    case 'invalid':
    case undefined:
    default:
      return undefined
  }
}

/** Whether one of the form’s fields already shows the error. */
export function belongsToField(error: unknown, fields: readonly string[]): boolean {
  return fields.some((field) => fieldError(error, field) !== undefined)
}
