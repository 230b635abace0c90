import type { UserRow } from './users.ts'

export interface SessionRow {
  id: string
  userId: string
  /** The user's tokenEpoch when the session began. */
  epoch: string
  device: string
  address: string
  createdAt: number
  lastUsedAt: number
  expiresAt: number | null
  /** SHA-256 of the random part of the session's token. Absent: the session began before tokens had a random part. */
  secretHash?: string
  /** When an older session got its random part, epoch ms. Absent: it had one from the start, or has none yet. */
  secretSince?: number
}

export interface Sessions {
  create(session: SessionRow): Promise<void>
  /** The open session with its user, in one statement (P5). Undefined if the session is unknown, ended or expired. */
  withUser(id: string): Promise<{ session: SessionRow; user: UserRow } | undefined>
  /** The user's open sessions, most recently used first. */
  ofUser(userId: string): Promise<SessionRow[]>
  /** Gives an older session a random part at the time `since`. False: it already has one, or is not open. */
  addSecret(id: string, secretHash: string, since: number): Promise<boolean>
  touch(id: string, lastUsedAt: number, expiresAt: number | null): Promise<void>
  /**
   * Ends a session of this user and increments the revision of `revocations`, in one transaction. False: none was open.
   */
  end(id: string, userId: string): Promise<boolean>
  /** Removes sessions that ended or expired before `before`, at most `limit`; returns how many. */
  prune(before: number, limit: number): Promise<number>
  /** For caches: the sessions that ended and the users whose access changed since `since`, by the store's clock. */
  revokedSince(since: number): Promise<{ sessionIds: string[]; userIds: string[]; now: number }>
}

export interface ApiKeyRow {
  id: string
  userId: string
  name: string
  /** SHA-256 of the key, base64url. */
  hash: string
  hint: string
  createdAt: number
  lastUsedAt: number | null
  expiresAt: number | null
  /** The store was restored or copied: the key is not valid until an administrator confirms it. */
  suspended: boolean
}

export interface ApiKeys {
  create(key: ApiKeyRow): Promise<void>
  byHash(hash: string): Promise<{ key: ApiKeyRow; user: UserRow } | undefined>
  ofUser(userId: string): Promise<ApiKeyRow[]>
  ownerOf(id: string): Promise<string | undefined>
  touch(id: string, at: number): Promise<void>
  /** Increments the revision of the feed `revocations` in the same transaction. */
  delete(id: string, userId: string): Promise<boolean>
}
