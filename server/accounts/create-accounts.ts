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
  /** Hears of every use of a session, for whoever shows them. */
  sessionSeen?: SessionSeen
  /** Hears of changes that the user's other tabs should read. */
  accountChanged?: (userId: string) => void
  /** For tests: cheaper or fuller than the real one. */
  hasher?: PasswordHasher
}

export type Accounts = ReturnType<typeof createAccounts>

/** Accounts as the rest of the server sees them. A StoreError passes through. */
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
    /** What the command line may do. */
    operator: createOperator(context),
    signUpMode: () => signUpMode(context),
    /** What the first visitor from another machine has to know. */
    setupCode: context.setupCode.text,
    /** Waits for what is still to be written. */
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
    authenticator,
    hasher: hasher ?? createPasswordHasher(),
  }
}
