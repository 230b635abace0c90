import { AppError } from '../../protocol/errors.ts'
import type { UseCase } from '../use-case.ts'
import { beginSession } from './begin-session.ts'
import type { Context } from './context.ts'
import { checkCookieAllowed } from './session-cookies.ts'
import { queueGroupsOf, limitSignIn } from './sign-in-limits.ts'

/**
 * Signs in with a password. An unknown email address takes the same time and gets the same error as a wrong password.
 * Only a client that knows the password learns that an account is deactivated.
 */
export function createSignIn(context: Context): UseCase<'signIn'> {
  const { config, cookies, hasher, rateLimits, store } = context
  return async (_, { body: { email, password } }, meta) => {
    checkCookieAllowed(config.cookies, meta.secure)
    const knownDevice = cookies.knownDevice(email, meta.cookies)
    const source = { address: meta.address, unproven: meta.unproven, knownDevice }
    const attempt = await limitSignIn(rateLimits, email, source)
    const user = await store.users.byEmail(email)
    const matches = await hasher.verify(user?.passwordHash, password, meta.signal, {
      groups: queueGroupsOf(source, email),
      known: knownDevice !== undefined,
    })
    if (!user || !matches) throw (await attempt.failed()) ?? new AppError('wrong_credentials')
    if (!user.active) throw new AppError('account_inactive')
    return beginSession(context, user, meta)
  }
}
