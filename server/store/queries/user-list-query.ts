import { sql } from 'kysely'
import type { UserRow } from '../contract/users.ts'
import type { Db, Engine } from '../engine/engine.ts'
import { accountColumns } from './account-row.ts'

export interface UserListQuery {
  q?: string
  role?: UserRow['role']
  after: { at: number; id: string } | undefined
  limit: number
}

/** Newest first, by key; one row more than a page, which tells whether there is a next one. */
export function userListQuery(engine: Engine, db: Db, { q, role, after, limit }: UserListQuery) {
  return db
    .selectFrom('account')
    .select(accountColumns)
    .$if(q !== undefined && q !== '', (query) => query.where(engine.finds(q ?? '', sql`account.search`)))
    .$if(role !== undefined, (query) => query.where('account.role', '=', role ?? 'user'))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(account.created_at, account.id) < (${after?.at}, ${after?.id})`),
    )
    .orderBy('account.created_at', 'desc')
    .orderBy('account.id', 'desc')
    .limit(limit + 1)
}
