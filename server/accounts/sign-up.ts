import { AppError } from '../../protocol/errors.ts'
import type { UserView } from '../../protocol/index.ts'
import { beginSession } from './begin-session.ts'
import type { Context, RequestMeta, WithCookie } from './context.ts'
import { makeFirstUser, makeUser } from './make-user.ts'
import { checkCookieTravels } from './session-cookies.ts'
import { groupsOf, limitSignUp } from './sign-in-limits.ts'

export interface SignUp {
  name: string
  email: string
  password: string
  setupCode?: string | undefined
}

/**
 * Makes an account and signs in. The first one becomes administrator, and needs the setup code unless it is made on the
 * server's own machine; then sign-up is closed unless ENABLE_SIGNUP.
 */
export async function signUp(
  context: Context,
  input: SignUp,
  meta: RequestMeta,
): Promise<WithCookie<{ token: string; user: UserView }>> {
  const { config, hasher, rateLimits, store } = context
  checkCookieTravels(config.cookies, meta.secure)
  const mode = await signUpMode(context)
  if (mode === 'closed') throw new AppError('sign_up_closed')
  await limitSignUp(rateLimits, meta)
  // Before any work: a stranger has none of it done.
  if (mode === 'first' && !meta.local && !context.setupCode.fits(input.setupCode ?? '')) {
    throw new AppError('setup_code_needed', { field: 'setupCode' })
  }
  const passwordHash = await hasher.hash(input.password, meta.signal, {
    groups: groupsOf(meta, input.email),
  })
  if (mode === 'first') {
    const first = await makeFirstUser(store, { ...input, passwordHash, role: 'admin' })
    if (first !== 'not-first') return beginSession(context, first, meta)
    // Somebody was quicker: this one is an ordinary account, if those may be made.
    if (!config.signUp) throw new AppError('sign_up_closed')
  }
  const user = await makeUser(store, { ...input, passwordHash, role: config.defaultRole })
  return beginSession(context, user, meta)
}

/** What signing up would do now; for the page before anybody is signed in. */
export async function signUpMode({
  store,
  config,
}: Pick<Context, 'store' | 'config'>): Promise<'first' | 'open' | 'closed'> {
  if ((await store.users.count()) === 0) return 'first'
  return config.signUp ? 'open' : 'closed'
}
