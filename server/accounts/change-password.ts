import { AppError } from '../../protocol/errors.ts'
import { requireSession } from './caller-rights.ts'
import { changeAccess } from './change-access.ts'
import { cookieRequestOf } from './context.ts'
import type { Caller, Context, RequestMeta, WithCookie } from './context.ts'
import { newEpoch } from './make-user.ts'
import { makeSessionSecret } from './session-token.ts'
import { limitPasswordChange } from './sign-in-limits.ts'

export interface ChangePassword {
  current: string
  next: string
  revokeApiKeys?: boolean | undefined
}

/**
 * Changes the caller's password, ends every other session and gives this one a new token. API keys stay unless the
 * caller says otherwise: programs do not stop because a person chose another password.
 */
export async function changePassword(
  context: Context,
  caller: Caller,
  { current, next, revokeApiKeys = false }: ChangePassword,
  meta: RequestMeta,
): Promise<WithCookie<{ token: string }>> {
  const { store, clock, cookies, hasher, tokens } = context
  const sessionId = requireSession(caller)
  await limitPasswordChange(context.rateLimits, caller.user.id)
  const asker = { groups: [caller.user.id], known: true }
  const found = await store.sessions.withUser(sessionId)
  if (!found) throw new AppError('unauthenticated')
  if (!(await hasher.verify(found.user.passwordHash, current, meta.signal, asker))) {
    throw new AppError('bad_request', { field: 'current', message: 'The current password is wrong.' })
  }
  if (next === current && found.user.mustChangePassword) {
    throw new AppError('bad_request', { field: 'next', message: 'The new password must be another one.' })
  }
  const passwordHash = await hasher.hash(next, meta.signal, asker)
  const tokenEpoch = newEpoch()
  const { secret, secretHash } = makeSessionSecret()
  await changeAccess(
    context,
    caller.user.id,
    { passwordHash, tokenEpoch, mustChangePassword: false },
    { keepSession: { id: sessionId, secretHash }, revokeKeys: revokeApiKeys },
  )
  const { expiresAt } = found.session
  const token = tokens.sign({ sid: sessionId, uid: caller.user.id, epoch: tokenEpoch, expiresAt, secret })
  const lifetimeMs = expiresAt === null ? null : expiresAt - clock.now()
  return { body: { token }, setCookie: cookies.carry(token, lifetimeMs, cookieRequestOf(meta)) }
}
