export interface UserRow {
  id: string
  email: string
  name: string
  /** Null: the user cannot sign in with a password. */
  passwordHash: string | null
  role: 'admin' | 'user' | 'pending'
  active: boolean
  /** A random id that every token contains: replacing it ends all tokens of the user. */
  tokenEpoch: string
  /** JSON. */
  preferences: string
  createdAt: number
  lastActiveAt: number | null
  /** An administrator set the password: until the user changes it, sessions (but not API keys) may do nothing else. */
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
  /** The cursor of the next page; null on the last page. */
  next: string | null
}

/** `newest` and `active` (last active) begin with the latest time, `name` with A. */
export type UserSort = 'newest' | 'name' | 'active'

export interface UserFilter {
  q?: string
  role?: UserRow['role']
}

export interface Users {
  /** `onlyFirst`: the user becomes an administrator, and is created only if there is no account yet. */
  create(user: NewUser, options?: { onlyFirst?: boolean }): Promise<'created' | 'email-taken' | 'not-first'>
  count(): Promise<number>
  byId(id: string): Promise<UserRow | undefined>
  byEmail(email: string): Promise<UserRow | undefined>
  /** `q`: words that the name or the address contains, each with or without its accents. */
  list(query: UserFilter & { sort?: UserSort; cursor?: string; limit: number }): Promise<Page<UserRow>>
  /** `total`: accounts that match; `pending`: all accounts that wait for approval. */
  counts(filter: UserFilter): Promise<{ total: number; pending: number }>
  rename(id: string, name: string): Promise<UserRow | undefined>
  /**
   * Merges the change into the stored preferences and returns all of them as JSON; undefined if there is no such user.
   */
  changePreferences(id: string, change: Record<string, unknown>): Promise<string | undefined>
  /**
   * Changes password, epoch, role or activity in one transaction with the consequences: a new `tokenEpoch` ends every
   * session except `keepSession`, `revokeKeys` deletes all API keys, and the revision of the feed `revocations` is
   * incremented. `last-admin`: refused, because no active administrator would be left.
   */
  changeAccess(
    id: string,
    change: AccessChange,
    options?: {
      /** `secretHash`: the hash of the random part of the session's new token. */
      keepSession?: { id: string; secretHash: string }
      revokeKeys?: boolean
    },
  ): Promise<{ kind: 'changed'; user: UserRow } | { kind: 'missing' } | { kind: 'last-admin' }>
  /** Called at most once a minute per user, and never while a request waits for it. */
  touch(id: string, at: number): Promise<void>
}
