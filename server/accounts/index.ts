export { createAccounts } from './create-accounts.ts'
export type { Accounts, AccountsOptions } from './create-accounts.ts'
export { Authenticator } from './authenticator.ts'
export type { Credentials, Revocation } from './authenticator.ts'
export type {
  AccountsConfig,
  OperatorContext,
  AccountStore,
  Caller,
  CookieConfig,
  RequestMeta,
  WithCookie,
} from './context.ts'
export { createOperator } from './operator.ts'
export type { Operator } from './operator.ts'
export { createPasswordHasher } from './password-hasher.ts'
export { presentUser } from './present-user.ts'
export { clearedCookie, cookieFor, sessionCookieName } from './session-cookie.ts'
