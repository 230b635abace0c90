import { AppError } from '../../protocol/errors.ts'
import type { UseCase } from '../use-case.ts'
import { beginSession } from './begin-session.ts'
import type { Context } from './context.ts'
import { makeFirstUser, makeUser } from './make-user.ts'
import { checkCookieTravels } from './session-cookies.ts'
import { groupsOf, limitSignUp } from './sign-in-limits.ts'

/**
 * Makes an account and signs in. The first one becomes administrator, and needs the setup code unless it is made on the
 * server's own machine; then sign-up is closed unless ENABLE_SIGNUP.
 */
export function createSignUp(context: Context): UseCase<'signUp'> {
  const { config, hasher, rateLimits, setupCode, store } = context
  return async (_, { body }, meta) => {
    checkCookieTravels(config.cookies, meta.secure)
    const mode = await signUpMode(context)
    if (mode === 'closed') throw new AppError('sign_up_closed')
    await limitSignUp(rateLimits, meta)
    // Before any work: a stranger has none of it done.
    if (mode === 'first' && !meta.local && !setupCode.fits(body.setupCode ?? '')) {
      throw new AppError('setup_code_needed', { field: 'setupCode' })
    }
    const passwordHash = await hasher.hash(body.password, meta.signal, { groups: groupsOf(meta, body.email) })
    if (mode === 'first') {
      const first = await makeFirstUser(store, { ...body, passwordHash, role: 'admin' })
      if (first !== 'not-first') return beginSession(context, first, meta)
      // Somebody was quicker: this one is an ordinary account, if those may be made.
      if (!config.signUp) throw new AppError('sign_up_closed')
    }
    const user = await makeUser(store, { ...body, passwordHash, role: config.defaultRole })
    return beginSession(context, user, meta)
  }
}

/** What signing up would do now; for the page before anybody is signed in. */
export async function signUpMode({
  store,
  config,
}: Pick<Context, 'store' | 'config'>): Promise<'first' | 'open' | 'closed'> {
  if ((await store.users.count()) === 0) return 'first'
  return config.signUp ? 'open' : 'closed'
}
