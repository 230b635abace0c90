import type { UseCases } from '../use-case.ts'
import {
  createGetMe,
  createGetPreferences,
  createGetSession,
  createPutPreferences,
  createUpdateAccount,
} from './account.ts'
import {
  createCreateUser,
  createListUsers,
  createResetPassword,
  createUpdateUser,
} from './administer-users.ts'
import {
  createCreateApiKey,
  createDeleteApiKey,
  createListApiKeys,
  createListUserApiKeys,
  createRevokeApiKey,
} from './api-keys.ts'
import type { AccountStore } from './account-store.ts'
import { Authenticator } from './authenticator.ts'
import type { SessionSeen } from './authenticator.ts'
import { createChangePassword } from './change-password.ts'
import type { AccountsConfig, Context } from './context.ts'
import { LastUse } from './last-use.ts'
import { createOperator } from './operator.ts'
import { createGetOriginProof, createOriginProof } from './origin-proof.ts'
import { createPasswordHasher } from './password-hasher.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { Revocations } from './revocations.ts'
import { createSessionCookies } from './session-cookies.ts'
import { createSessionTokens } from './session-token.ts'
import { createSetupCode } from './setup-code.ts'
import { createEndSession, createListSessions } from './sessions.ts'
import { createSignIn } from './sign-in.ts'
import { createSignOut, createSignOutEverywhere } from './sign-out.ts'
import { createSignUp, signUpMode } from './sign-up.ts'

export interface AccountsOptions extends Pick<Context, 'rateLimits' | 'clock' | 'logger' | 'announce'> {
  store: AccountStore
  config: AccountsConfig
  /** Called when a session is used, for the mirror of sessions in Redis. */
  sessionSeen?: SessionSeen
  /** Called when an account's name or preferences have changed, so that the user's other tabs reload them. */
  accountChanged?: (userId: string) => void
  /** Called when an account has been created, so that the pages of administrators show it. */
  accountCreated?: () => void
  /** Tests pass a cheaper hasher. */
  hasher?: PasswordHasher
}

export type Accounts = ReturnType<typeof createAccounts>

/** Creates this layer's use cases and services. They let a StoreError pass through. */
export function createAccounts(options: AccountsOptions) {
  const context = createContext(options)
  const originProof = createOriginProof(options.config.secretKey)
  return {
    useCases: {
      signUp: createSignUp(context),
      signIn: createSignIn(context),
      signOut: createSignOut(context),
      signOutEverywhere: createSignOutEverywhere(context),
      getMe: createGetMe(context),
      getOriginProof: createGetOriginProof(originProof),
      getSession: createGetSession(context),
      updateAccount: createUpdateAccount(context),
      changePassword: createChangePassword(context),
      getPreferences: createGetPreferences(context),
      putPreferences: createPutPreferences(context),
      listSessions: createListSessions(context),
      endSession: createEndSession(context),
      listApiKeys: createListApiKeys(context),
      createApiKey: createCreateApiKey(context),
      deleteApiKey: createDeleteApiKey(context),
      listUserApiKeys: createListUserApiKeys(context),
      revokeApiKey: createRevokeApiKey(context),
      listUsers: createListUsers(context),
      createUser: createCreateUser(context),
      updateUser: createUpdateUser(context),
      resetPassword: createResetPassword(context),
    } satisfies Partial<UseCases>,
    authenticator: context.authenticator,
    originProof,
    revocations: new Revocations(options.store.sessions, context.authenticator),
    /** For the command line. */
    operator: createOperator(context),
    signUpMode: () => signUpMode(context),
    /** The code that the first user must enter to sign up from another machine. */
    setupCode: context.setupCode.text,
    /** Resolves when pending writes have finished. */
    close: () => context.lastUse.close(),
  }
}

function createContext({
  store,
  config,
  clock,
  logger,
  hasher,
  sessionSeen = () => {},
  accountChanged = () => {},
  accountCreated = () => {},
  ...rest
}: AccountsOptions): Context {
  const tokens = createSessionTokens(config.secretKey, clock)
  const lastUse = new LastUse(store, logger)
  const cookies = createSessionCookies({ config: config.cookies, ...config })
  const authenticator = new Authenticator({
    store,
    tokens,
    lastUse,
    sessionSeen,
    cookies,
    tokenLifetimeMs: config.tokenLifetimeMs,
    clock,
    logger,
  })
  return {
    ...rest,
    store,
    config,
    clock,
    logger,
    tokens,
    cookies,
    setupCode: createSetupCode(config),
    lastUse,
    sessionSeen,
    accountChanged,
    accountCreated,
    authenticator,
    hasher: hasher ?? createPasswordHasher(),
  }
}
