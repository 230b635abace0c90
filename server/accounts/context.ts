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
  /** WEBUI_SECRET_KEY, or what was generated and agreed on in its place. */
  secretKey: string
  /** Names the cookies. */
  installationId: string
  /** How long a sign-in lasts; null: for ever. */
  tokenLifetimeMs: number | null
  /** Whether people may make accounts themselves once there is one. */
  signUp: boolean
  defaultRole: Role
  cookies: CookieConfig
}

/** What it takes to change a right: this instance forgets by `authenticator`, the others hear of it by `announce`. */
export interface OperatorContext {
  store: AccountStore
  clock: Clock
  hasher: PasswordHasher
  authenticator: Pick<Authenticator, 'revoked' | 'forgetAll'>
  announce: (feed: 'revocations') => void
}

/** What every use case of accounts works with. */
export interface Context extends OperatorContext {
  /** The account's name or preferences are other ones now: the user's other tabs read it again. */
  accountChanged: (userId: string) => void
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
