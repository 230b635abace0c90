import { AppError } from '../../protocol/errors.ts'
import type { Access } from '../../protocol/http/operation.ts'
import type { UserView } from '../../protocol/index.ts'

/** What a client sends to show who it is. */
export interface Credentials {
  /** The `Cookie` header. */
  cookies?: string
  /** From `Authorization: Bearer`, `x-api-key` or `api-key`: a session's token or an API key. It wins over a cookie. */
  bearer?: string
}

/** Who makes a request. Frozen: requests with the same credential share it. */
export interface Caller {
  /** With the role that decides what the caller may do. */
  readonly user: UserView
  readonly credential: {
    readonly kind: 'session' | 'api-key'
    readonly id: string
    /** When it ends by itself, epoch ms; null: never. */
    readonly expiresAt: number | null
  }
}

/** The id of the caller's session; null: the caller has shown an API key. */
export function sessionIdOf({ credential }: Caller): string | null {
  return credential.kind === 'session' ? credential.id : null
}

export function isAdmin({ user }: Caller): boolean {
  return user.role === 'admin'
}

/** Throws `account_pending`, `password_change_required` or `forbidden` unless `access` lets the caller in. */
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

/** The id of the caller's session. Throws `forbidden` for an API key: it may not do what a person has to be present for. */
export function requireSession({ credential }: Caller): string {
  if (credential.kind === 'session') return credential.id
  throw new AppError('forbidden', {
    message: 'An API key may not do this. Sign in with your password, and use the session’s token.',
  })
}
