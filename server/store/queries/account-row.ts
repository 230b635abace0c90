import type { Selectable } from 'kysely'
import type { UserRow } from '../contract/users.ts'
import type { Schema } from '../schema.ts'

export const accountColumns = [
  'account.id',
  'account.email',
  'account.name',
  'account.password_hash',
  'account.role',
  'account.active',
  'account.token_epoch',
  'account.preferences',
  'account.created_at',
  'account.last_active_at',
  'account.must_change_password',
] as const

type Columns = (typeof accountColumns)[number] extends `account.${infer Name}` ? Name : never

export function toUser(row: Pick<Selectable<Schema['account']>, Columns & keyof Schema['account']>): UserRow {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    passwordHash: row.password_hash,
    role: row.role,
    active: Boolean(row.active),
    tokenEpoch: row.token_epoch,
    preferences: row.preferences,
    createdAt: row.created_at,
    lastActiveAt: row.last_active_at,
    ...(row.must_change_password && { mustChangePassword: true as const }),
  }
}
