import type { Clock, Logger } from '../base/index.ts'
import type { RateLimits } from '../coordination/contracts.ts'
import type { Epochs } from '../store/contract/epochs.ts'
import type { ApiKeys, SessionRow, Sessions } from '../store/contract/sessions.ts'
import type { Users } from '../store/contract/users.ts'
import type { UserView } from '../../protocol/index.ts'
import type { Role } from '../../protocol/http/users.ts'
import type { Authenticator } from './authenticator.ts'
import type { LastUse } from './last-use.ts'
import type { PasswordHasher } from './password-hasher.ts'
import type { CookieRequest } from './host-cookie.ts'
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

export interface CookieConfig {
  readonly sameSite: 'lax' | 'strict' | 'none'
  /** Over HTTPS only. */
  readonly secure: boolean
  /** The path below which this server is, where other applications share its host; else `/`. */
  readonly path?: string
}

/** The parts of the store that accounts are made of. */
export interface AccountStore {
  users: Users
  sessions: Sessions
  apiKeys: ApiKeys
  epochs: Epochs
}

/** Who makes a request. Exactly one of the ids is set. */
export interface Caller {
  user: UserView
  role: Role
  sessionId: string | null
  apiKeyId: string | null
  /** When the session or key ends by itself, epoch ms; null: never. */
  expiresAt: number | null
  /** `Set-Cookie` lines: the session was prolonged by this use, or its cookie replaced. */
  renewedCookie?: string[]
}

/** What accounts need to know of a request. */
export interface RequestMeta {
  readonly address: string
  /**
   * Hops that forwarded the request and may have claimed any address, nearest first: private peers that no operator has
   * named as proxies.
   */
  readonly unproven?: readonly string[]
  /** It came over https. */
  readonly secure: boolean
  /** The same, for certain: see `Client`. */
  readonly https?: boolean
  /** The `Cookie` header. */
  readonly cookies?: string
  /** It came from the server's own machine, with no proxy in between. */
  readonly local: boolean
  readonly userAgent: string
  readonly signal: AbortSignal
}

/** An answer that sets or clears the session's cookie: whole `Set-Cookie` lines. */
export interface WithCookie<Body> {
  body: Body
  setCookie: string[]
}

/** What it takes to change a right: this instance forgets by `authenticator`, the others hear of it by `announce`. */
export interface OperatorContext {
  store: AccountStore
  clock: Clock
  hasher: PasswordHasher
  authenticator: Pick<Authenticator, 'revoked' | 'forgetAll'>
  announce: (feed: 'revocations') => void
}

/** A session was used: told at its beginning, then at most once a minute by each instance. */
export type SessionSeen = (
  session: Pick<SessionRow, 'id' | 'userId' | 'device' | 'lastUsedAt' | 'expiresAt'>,
) => void

/** What every use case of accounts works with. */
export interface Context extends OperatorContext {
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

export function cookieRequestOf({ https = false, cookies }: RequestMeta): CookieRequest {
  return { https, cookies }
}
