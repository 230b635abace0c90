import type { UserView } from '../../protocol/index.ts'
import type { Caller } from '../../server/accounts/index.ts'

/** An account with this id and the role `user`, with the given changes. */
export function userView(id: string, changes: Partial<UserView> = {}): UserView {
  return {
    id,
    email: `${id}@example.com`,
    name: id,
    role: 'user',
    active: true,
    createdAt: 1,
    lastActiveAt: null,
    ...changes,
  }
}

/** A caller that signed in with a session or an API key. */
export function callerOf(user: UserView, kind: Caller['credential']['kind'] = 'session'): Caller {
  return { user, credential: { kind, id: `${kind}-of-${user.id}`, expiresAt: null } }
}
