import { AppError } from '../../protocol/errors.ts'
import type { UseCase } from '../use-case.ts'
import { requireSession } from './caller.ts'
import { changeAccess } from './change-access.ts'
import type { Context } from './context.ts'
import { newEpoch } from './make-user.ts'
import { makeSessionSecret } from './session-token.ts'
import { limitPasswordChange } from './sign-in-limits.ts'

/**
 * Changes the caller's password, ends every other session and gives this one a new token. API keys stay valid unless
 * the caller asks to revoke them, so that programs that use them keep working.
 */
export function createChangePassword(context: Context): UseCase<'changePassword'> {
  const { store, clock, cookies, hasher, rateLimits, tokens } = context
  return async (caller, { body: { current, next, revokeApiKeys } }, meta) => {
    const sessionId = requireSession(caller)
    await limitPasswordChange(rateLimits, caller.user.id)
    const requester = { groups: [caller.user.id], known: true }
    const found = await store.sessions.withUser(sessionId)
    if (!found) throw new AppError('unauthenticated')
    if (!(await hasher.verify(found.user.passwordHash, current, meta.signal, requester))) {
      throw new AppError('bad_request', {
        field: 'current',
        message: 'The current password is wrong.',
        rule: { name: 'wrong_password' },
      })
    }
    if (next === current && found.user.mustChangePassword) {
      throw new AppError('bad_request', {
        field: 'next',
        message: 'The new password must differ from the current one.',
        rule: { name: 'must_differ' },
      })
    }
    const passwordHash = await hasher.hash(next, meta.signal, requester)
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
    meta.setCookies(cookies.setToken(token, lifetimeMs, meta))
    return { token }
  }
}
