import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { ReachedLimit } from '../../../protocol/errors.ts'
import { ApiError } from '../../api/api-error.ts'
import type { PageErrorCode } from '../../api/api-error.ts'

const sentences: Partial<Record<PageErrorCode, MessageDescriptor>> = {
  unreachable: msg`The server cannot be reached. Check the connection and try again.`,
  unauthenticated: msg`Sign in to go on.`,
  wrong_credentials: msg`Email or password is wrong.`,
  account_pending: msg`An administrator has to approve this account first.`,
  account_inactive: msg`This account has been deactivated.`,
  forbidden: msg`You may not do this.`,
  password_change_required: msg`Choose a password of your own first: somebody else has set this one.`,
  setup_code_needed: msg`The first account needs the setup code. It is in the server’s log: look for “setup code”.`,
  sign_up_closed: msg`Sign-up is closed. Ask an administrator for an account.`,
  not_found: msg`There is nothing here, or it is not yours.`,
  email_taken: msg`There is an account with this email address already.`,
  stale_revision: msg`Somebody else changed this in the meantime. Look at the new state and try again.`,
  branch_busy: msg`An answer is still being written here. Wait for it or stop it first.`,
  parent_missing: msg`The message that this one answers does not exist any more.`,
  last_admin: msg`This is the last administrator. Make somebody else one first.`,
  too_large: msg`This is larger than allowed.`,
  unknown_model: msg`There is no such model now. Choose another one.`,
  rate_limited: msg`Too many requests.`,
  too_many_runs: msg`You have as many answers running as allowed. Wait for one to end.`,
  store_unavailable: msg`The database does not answer.`,
  draining: msg`This instance is shutting down. Try again: another one takes over.`,
  busy: msg`The server has too much to do.`,
  storage_full: msg`The disk of the server is full, so nothing can be saved. Tell an administrator.`,
  upstream_unreachable: msg`The model provider cannot be reached.`,
  upstream_key_refused: msg`The model provider refused the API key.`,
  upstream_rate_limited: msg`The model provider asks to slow down.`,
  upstream_context_too_long: msg`The conversation is too long for this model.`,
  upstream_filtered: msg`The model provider refused to answer this.`,
  upstream_broke_off: msg`The model provider broke off in mid-answer.`,
  upstream_no_answer: msg`No answer came from the model.`,
  upstream_unknown_end: msg`The model provider ended this answer without a known reason. It may not be complete.`,
  upstream_silent: msg`The model provider fell silent.`,
  upstream_refused: msg`The model provider refused the request.`,
}

/** Nothing but time helps: said with how much, where the server knows. */
const passing = new Set<string>(['rate_limited', 'store_unavailable', 'busy'])

/** A sentence in the reader's language for a code of the server, or nothing where the server's own says more. */
export function sentenceFor(code: string): string | undefined {
  const sentence = sentences[code as PageErrorCode]
  return sentence && i18n._(sentence)
}

/** What went wrong, for a person: with when to try again, and with the id that finds it in the server's log. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError))
    return i18n._(msg`Something went wrong in this page. Reload it and try again.`)
  const sentence = limitSentence(error.limit) ?? sentenceFor(error.code) ?? error.message
  const id = error.code === 'internal' && error.requestId ? ` (${error.requestId})` : ''
  return `${sentence}${whenAgain(error)}${id}`
}

/** Names the limit that was reached, and who can raise it. Nothing for a kind of limit that a newer server knows. */
function limitSentence(limit: ReachedLimit | undefined): string | undefined {
  if (!limit) return undefined
  const { max } = limit
  switch (limit.of) {
    case 'requests':
      return i18n._(
        msg`You have reached the limit of answers per minute (${max}). An administrator can raise it in the settings.`,
      )
    case 'tokens':
      return i18n._(
        msg`You have reached the limit of tokens per minute (${max}). An administrator can raise it in the settings.`,
      )
    case 'running':
      return i18n._(
        msg`You have reached the limit of answers at once (${max}). Wait for one to end, or stop one. An administrator can raise it in the settings.`,
      )
    default:
      return undefined
  }
}

function whenAgain({ code, retryAfterMs = 0 }: ApiError): string {
  const seconds = Math.ceil(retryAfterMs / 1000)
  if (seconds > 1) return ` ${i18n._(msg`Try again in ${seconds} s.`)}`
  return passing.has(code) ? ` ${i18n._(msg`Try again in a moment.`)}` : ''
}

/** Errors of one field that this page says in the reader's language. */
const translatedFields: Record<string, string> = { email_taken: 'email', setup_code_needed: 'setupCode' }

/** The error of a field, where the server named it; everything else belongs to the form. */
export function fieldError(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined
  if (translatedFields[error.code] === field) return errorText(error)
  return error.field === field ? error.message : undefined
}

/** True when some field of the form shows the error itself. */
export function belongsToField(error: unknown, fields: readonly string[]): boolean {
  return fields.some((field) => fieldError(error, field) !== undefined)
}
