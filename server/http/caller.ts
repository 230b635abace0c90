import type { Role, UserView } from '../../protocol/index.ts'
import type { RequestMeta } from './request-meta.ts'

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

export interface Credentials {
  /** The `Cookie` header. */
  cookies?: string
  /** From `Authorization: Bearer`, `x-api-key` or `api-key`: a session's token or an API key. It wins over a cookie. */
  bearer?: string
}

/**
 * Who that is. Rejects with `unauthenticated` (unknown, forged, expired, revoked), `account_inactive`, or a 503 when it
 * cannot be known now; never with `unauthenticated` because something does not answer (rule 18). No I/O for a session
 * that this instance has seen.
 */
export type Authenticate = (credentials: Credentials, meta: RequestMeta) => Promise<Caller>
