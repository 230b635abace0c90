import { AppError } from '../../protocol/errors.ts'
import type { Access } from '../../protocol/http/operation.ts'
import type { UserView } from '../../protocol/index.ts'

/** The credentials that a client sends. */
export interface Credentials {
  /** The `Cookie` header. */
  cookies?: string
  /**
   * From `Authorization: Bearer`, `x-api-key` or `api-key`: a session token or an API key. Takes precedence over
   * cookies.
   */
  bearer?: string
}

/** The user who makes a request. Frozen, because requests with the same credential share the object. */
export interface Caller {
  /** Includes the role, which decides what the caller may do. */
  readonly user: UserView
  readonly credential: {
    readonly kind: 'session' | 'api-key'
    readonly id: string
    /** When the credential expires, epoch ms; null: never. */
    readonly expiresAt: number | null
  }
}

/** The id of the caller's session; null if the caller uses an API key. */
export function sessionIdOf({ credential }: Caller): string | null {
  return credential.kind === 'session' ? credential.id : null
}

export function isAdmin({ user }: Caller): boolean {
  return user.role === 'admin'
}

/** Throws `account_pending`, `password_change_required` or `forbidden` if `access` does not permit the caller. */
export function requireAccess(caller: Caller, access: Access): void {
  if (access === 'public' || access === 'anyone' || access === 'signed-in') return
  const { user, credential } = caller
  if (user.role === 'pending') throw new AppError('account_pending')
  if (user.mustChangePassword && credential.kind === 'session') throw new AppError('password_change_required')
  if (access === 'admin') requireAdmin(caller)
}

export function requireAdmin(caller: Caller): void {
  if (!isAdmin(caller)) throw new AppError('forbidden')
}

/** The id of the caller's session. Throws `forbidden` if the caller uses an API key. */
export function requireSession({ credential }: Caller): string {
  if (credential.kind === 'session') return credential.id
  throw new AppError('forbidden', {
    message: 'An API key is not allowed to do this. Sign in with your password and use the session token.',
  })
}
