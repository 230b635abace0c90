export interface UserRow {
  id: string
  email: string
  name: string
  /** Null: it cannot sign in with a password. */
  passwordHash: string | null
  role: 'admin' | 'user' | 'pending'
  active: boolean
  /** A random id; tokens carry it, so that a new one ends them all. */
  tokenEpoch: string
  /** JSON. */
  preferences: string
  createdAt: number
  lastActiveAt: number | null
  /** Somebody else has set its password: it has to choose another one before it does anything. */
  mustChangePassword?: true
}

export interface NewUser {
  id: string
  email: string
  name: string
  passwordHash: string | null
  role: UserRow['role']
  tokenEpoch: string
  mustChangePassword?: boolean
}

export interface AccessChange {
  passwordHash?: string
  tokenEpoch?: string
  role?: UserRow['role']
  active?: boolean
  mustChangePassword?: boolean
}

export interface Page<T> {
  items: T[]
  /** For the next page; null at the end. */
  next: string | null
}

export interface Users {
  /** `first`: becomes admin, and only where nobody is there yet; decided in the same statement. */
  create(user: NewUser, options?: { onlyFirst?: boolean }): Promise<'created' | 'email-taken' | 'not-first'>
  count(): Promise<number>
  byId(id: string): Promise<UserRow | undefined>
  byEmail(email: string): Promise<UserRow | undefined>
  list(query: { q?: string; role?: UserRow['role']; cursor?: string; limit: number }): Promise<Page<UserRow>>
  rename(id: string, name: string): Promise<UserRow | undefined>
  /** Merges these into the stored ones, in the store. Answers with all of them, as JSON; undefined: no such user. */
  changePreferences(id: string, change: Record<string, unknown>): Promise<string | undefined>
  /**
   * New password, epoch, role or activity, in one transaction with what follows from it: with a new `tokenEpoch` every
   * session but `keepSession` ends, with `revokeKeys` every API key, and the feed `revocations` is raised.
   * `last-admin`: nobody else could administer.
   */
  changeAccess(
    id: string,
    change: AccessChange,
    options?: {
      /** `secretHash`: of the new token that it gets. */
      keepSession?: { id: string; secretHash: string }
      revokeKeys?: boolean
    },
  ): Promise<{ kind: 'changed'; user: UserRow } | { kind: 'missing' } | { kind: 'last-admin' }>
  /** At most once a minute per user; never on a request's path. */
  touch(id: string, at: number): Promise<void>
}
