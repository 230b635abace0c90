import type { UserRow } from './users.ts'

export interface SessionRow {
  id: string
  userId: string
  /** The user's tokenEpoch when it began. */
  epoch: string
  device: string
  address: string
  createdAt: number
  lastUsedAt: number
  expiresAt: number | null
  /** SHA-256 of the random part of its token. Absent: it began before tokens had one. */
  secretHash?: string
  /** Epoch ms; when an older session got its random part. Absent: it always had one, or has none yet. */
  secretSince?: number
}

export interface Sessions {
  create(session: SessionRow): Promise<void>
  /** The open session with its user: one statement at first sight (P5). Ended, expired and unknown ones: undefined. */
  withUser(id: string): Promise<{ session: SessionRow; user: UserRow } | undefined>
  /** Open ones, latest use first. */
  ofUser(userId: string): Promise<SessionRow[]>
  /** Gives an older session a random part at the time `since`. False: it has one, or is not open. */
  addSecret(id: string, secretHash: string, since: number): Promise<boolean>
  touch(id: string, lastUsedAt: number, expiresAt: number | null): Promise<void>
  /** Ends one session of that user and raises the feed `revocations`, in one transaction. False: there was none. */
  end(id: string, userId: string): Promise<boolean>
  /** Ended or expired before `before`: removed, at most `limit`; answers how many. */
  prune(before: number, limit: number): Promise<number>
  /** What was revoked since the store's time `since`, for caches: ended sessions and users whose access changed. */
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
  /** Since the store was restored or copied; not valid until an administrator confirms it. */
  suspended: boolean
}

export interface ApiKeys {
  create(key: ApiKeyRow): Promise<void>
  byHash(hash: string): Promise<{ key: ApiKeyRow; user: UserRow } | undefined>
  ofUser(userId: string): Promise<ApiKeyRow[]>
  ownerOf(id: string): Promise<string | undefined>
  touch(id: string, at: number): Promise<void>
  /** Raises the feed `revocations` in the same transaction. */
  delete(id: string, userId: string): Promise<boolean>
}
