import type { PreferencesChange } from '../../protocol/http/account.ts'
import type { Role } from '../../protocol/http/users.ts'
import { getMe, getPreferences, getSession, putPreferences, updateAccount } from './account.ts'
import { createUser, listUsers, resetPassword, updateUser } from './administer-users.ts'
import type { CreateUser, ListUsers } from './administer-users.ts'
import { createApiKey, deleteApiKey, listApiKeys, listUserApiKeys, revokeApiKey } from './api-keys.ts'
import { Authenticator } from './authenticator.ts'
import { changePassword } from './change-password.ts'
import type { ChangePassword } from './change-password.ts'
import type { AccountsConfig, AccountStore, Caller, Context, RequestMeta, SessionSeen } from './context.ts'
import { LastUse } from './last-use.ts'
import { createOperator } from './operator.ts'
import { createOriginProof } from './origin-proof.ts'
import { createPasswordHasher } from './password-hasher.ts'
import type { PasswordHasher } from './password-hasher.ts'
import { Revocations } from './revocations.ts'
import { createSessionCookies } from './session-cookies.ts'
import { createSessionTokens } from './session-token.ts'
import { createSetupCode } from './setup-code.ts'
import { endSession, listSessions } from './sessions.ts'
import { signIn } from './sign-in.ts'
import { signOut, signOutEverywhere } from './sign-out.ts'
import { signUp, signUpMode } from './sign-up.ts'
import type { SignUp } from './sign-up.ts'

export interface AccountsOptions extends Pick<Context, 'rateLimits' | 'clock' | 'logger' | 'announce'> {
  store: AccountStore
  config: AccountsConfig
  /** Hears of every use of a session, for whoever shows them. */
  sessionSeen?: SessionSeen
  /** For tests: cheaper or fuller than the real one. */
  hasher?: PasswordHasher
}

export type Accounts = ReturnType<typeof createAccounts>

/**
 * The use cases of accounts, one per operation and of its name, taking `(caller, input, meta)` as routes call them.
 * What is refused comes as AppError with a code of the catalogue; a StoreError passes through.
 */
export function createAccounts(options: AccountsOptions) {
  const context = createContext(options)
  const originProof = createOriginProof(options.config.secretKey)
  type Body<T> = { body: T }
  type Id = { params: { id: string } }
  return {
    useCases: {
      signUp: (_: undefined, { body }: Body<SignUp>, meta: RequestMeta) => signUp(context, body, meta),
      signIn: (_: undefined, { body }: Body<{ email: string; password: string }>, meta: RequestMeta) =>
        signIn(context, body, meta),
      signOut: (caller: Caller, _: unknown, meta: RequestMeta) => signOut(context, caller, meta),
      signOutEverywhere: (caller: Caller, _: unknown, meta: RequestMeta) =>
        signOutEverywhere(context, caller, meta),
      getMe: (caller: Caller) => getMe(context, caller),
      getOriginProof: async ({ sessionId }: Caller) => ({
        proof: sessionId === null ? null : originProof.of(sessionId),
      }),
      getSession: (caller: Caller | undefined) => getSession(context, caller),
      updateAccount: (caller: Caller, { body }: Body<{ name: string }>) =>
        updateAccount(context, caller, body),
      changePassword: (caller: Caller, { body }: Body<ChangePassword>, meta: RequestMeta) =>
        changePassword(context, caller, body, meta),
      getPreferences: (caller: Caller) => getPreferences(context, caller),
      putPreferences: (caller: Caller, { body }: Body<PreferencesChange>) =>
        putPreferences(context, caller, body),
      listSessions: (caller: Caller) => listSessions(context, caller),
      endSession: (caller: Caller, { params }: Id) => endSession(context, caller, params.id),
      listApiKeys: (caller: Caller) => listApiKeys(context, caller),
      createApiKey: (caller: Caller, { body }: Body<{ name: string; expiresAt?: number | undefined }>) =>
        createApiKey(context, caller, body),
      deleteApiKey: (caller: Caller, { params }: Id) => deleteApiKey(context, caller, params.id),
      listUserApiKeys: (caller: Caller, { params }: Id) => listUserApiKeys(context, caller, params.id),
      revokeApiKey: (caller: Caller, { params }: Id) => revokeApiKey(context, caller, params.id),
      listUsers: (caller: Caller, { query }: { query: ListUsers }) => listUsers(context, caller, query),
      createUser: (caller: Caller, { body }: Body<CreateUser>) => createUser(context, caller, body),
      updateUser: (
        caller: Caller,
        { params, body }: Id & Body<{ role?: Role | undefined; active?: boolean | undefined }>,
      ) => updateUser(context, caller, params.id, body),
      resetPassword: (caller: Caller, { params }: Id) => resetPassword(context, caller, params.id),
    },
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
    authenticator,
    hasher: hasher ?? createPasswordHasher(),
  }
}
