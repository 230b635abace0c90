import type { Clock, Logger } from '../base/index.ts'
import type { RateLimits } from '../coordination/contracts.ts'
import type { Role } from '../../protocol/http/users.ts'
import type { AccountStore } from './account-store.ts'
import type { Authenticator, SessionSeen } from './authenticator.ts'
import type { CookieConfig } from './host-cookie.ts'
import type { LastUse } from './last-use.ts'
import type { PasswordHasher } from './password-hasher.ts'
import type { SessionCookies } from './session-cookies.ts'
import type { SetupCode } from './setup-code.ts'
import type { SessionTokens } from './session-token.ts'

export interface AccountsConfig {
  /** WEBUI_SECRET_KEY, or the generated secret that all instances share if it is not set. */
  secretKey: string
  /** Part of the names of the cookies, so that installations on one host do not share them. */
  installationId: string
  /** How long a session lasts; null: it never expires. */
  tokenLifetimeMs: number | null
  /** Whether users may create their own accounts once the first account exists. */
  signUp: boolean
  defaultRole: Role
  cookies: CookieConfig
}

/**
 * The dependencies of code that changes a user's access: `authenticator` applies the change on this instance, and
 * `announce` notifies the other instances.
 */
export interface OperatorContext {
  store: AccountStore
  clock: Clock
  hasher: PasswordHasher
  authenticator: Pick<Authenticator, 'revoked' | 'forgetAll'>
  announce: (feed: 'revocations') => void
}

/** The dependencies of this layer's use cases. */
export interface Context extends OperatorContext {
  /** Called when an account's name or preferences have changed, so that the user's other tabs reload them. */
  accountChanged: (userId: string) => void
  /** Called when an account has been created, so that the pages of administrators show it. */
  accountCreated: () => void
  sessionSeen: SessionSeen
  rateLimits: RateLimits
  config: AccountsConfig
  logger: Logger
  tokens: SessionTokens
  cookies: SessionCookies
  setupCode: SetupCode
  lastUse: LastUse
  authenticator: Authenticator
}
