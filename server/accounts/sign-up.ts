import { AppError } from '../../protocol/errors.ts'
import type { UseCase } from '../use-case.ts'
import { beginSession } from './begin-session.ts'
import type { Context } from './context.ts'
import { makeFirstUser, makeUser } from './make-user.ts'
import { checkCookieAllowed } from './session-cookies.ts'
import { queueGroupsOf, limitSignUp } from './sign-in-limits.ts'

/**
 * Creates an account and signs in. The first account becomes administrator, and needs the setup code unless the request
 * comes from the server's own machine. After that, sign-up is open only with ENABLE_SIGNUP.
 */
export function createSignUp(context: Context): UseCase<'signUp'> {
  const { config, hasher, rateLimits, setupCode, store } = context
  return async (_, { body }, meta) => {
    checkCookieAllowed(config.cookies, meta.secure)
    const mode = await signUpMode(context)
    if (mode === 'closed') throw new AppError('sign_up_closed')
    await limitSignUp(rateLimits, meta)
    // Checked before the password is hashed, so that an outsider cannot cause that work.
    if (mode === 'first' && !meta.local && !setupCode.matches(body.setupCode ?? '')) {
      throw new AppError('setup_code_needed', { field: 'setupCode' })
    }
    const passwordHash = await hasher.hash(body.password, meta.signal, {
      groups: queueGroupsOf(meta, body.email),
    })
    if (mode === 'first') {
      const first = await makeFirstUser(store, { ...body, passwordHash, role: 'admin' })
      if (first !== 'not-first') return beginSession(context, first, meta)
      // Another sign-up has created the first account meanwhile, so this account gets the default role, if sign-up is
      // open.
      if (!config.signUp) throw new AppError('sign_up_closed')
    }
    const user = await makeUser(store, { ...body, passwordHash, role: config.defaultRole })
    context.accountCreated()
    return beginSession(context, user, meta)
  }
}

/** Whether a sign-up would now create the first account, create an ordinary account, or fail. For the sign-in page. */
export async function signUpMode({
  store,
  config,
}: Pick<Context, 'store' | 'config'>): Promise<'first' | 'open' | 'closed'> {
  if ((await store.users.count()) === 0) return 'first'
  return config.signUp ? 'open' : 'closed'
}
