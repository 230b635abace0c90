import type { Selectable } from 'kysely'
import { cleanText } from '../../base/index.ts'
import type { ApiKeyRow, ApiKeys } from '../contract/sessions.ts'
import type { Engine } from '../engine/engine.ts'
import type { Schema } from '../schema.ts'
import { accountColumns, toUser } from './account-row.ts'
import { incrementRevision } from './revisions.ts'

const columns = [
  'api_key.id as key_id',
  'api_key.user_id',
  'api_key.name as key_name',
  'api_key.hash',
  'api_key.hint',
  'api_key.created_at as key_created_at',
  'api_key.last_used_at',
  'api_key.expires_at',
  'api_key.suspended_at',
] as const

export function createApiKeys(engine: Engine): ApiKeys {
  return {
    create: (key) => create(engine, key),
    byHash: (hash) =>
      engine.run(async (db) => {
        const row = await db
          .selectFrom('api_key')
          .innerJoin('account', 'account.id', 'api_key.user_id')
          .select([...columns, ...accountColumns])
          .where('api_key.hash', '=', hash)
          .where((eb) =>
            eb.or([eb('api_key.expires_at', 'is', null), eb('api_key.expires_at', '>', engine.now)]),
          )
          .executeTakeFirst()
        return row && { key: toApiKey(row), user: toUser(row) }
      }),
    ofUser: (userId) =>
      engine.run(async (db) => {
        const rows = await db
          .selectFrom('api_key')
          .select(columns)
          .where('user_id', '=', userId)
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .execute()
        return rows.map(toApiKey)
      }),
    ownerOf: (id) =>
      engine.run(async (db) => {
        const row = await db
          .selectFrom('api_key')
          .select('user_id')
          .where('id', '=', cleanText(id))
          .executeTakeFirst()
        return row?.user_id
      }),
    touch: (id, at) =>
      engine.run(async (db) => {
        await db.updateTable('api_key').set({ last_used_at: at }).where('id', '=', id).execute()
      }),
    delete: (id, userId) =>
      engine.transaction(async (trx) => {
        const deleted = await trx
          .deleteFrom('api_key')
          .where('id', '=', cleanText(id))
          .where('user_id', '=', userId)
          .returning('id')
          .executeTakeFirst()
        if (!deleted) return false
        // The key's row is deleted, so the feed can only name its user: caches drop everything about that user.
        await trx
          .updateTable('account')
          .set({ access_changed_at: engine.now })
          .where('id', '=', userId)
          .execute()
        await incrementRevision(trx, 'revocations')
        return true
      }),
  }
}

function create(engine: Engine, key: ApiKeyRow): Promise<void> {
  return engine.run(async (db) => {
    await db
      .insertInto('api_key')
      .values({
        id: key.id,
        user_id: key.userId,
        name: cleanText(key.name),
        hash: key.hash,
        hint: cleanText(key.hint),
        created_at: key.createdAt,
        last_used_at: key.lastUsedAt,
        expires_at: key.expiresAt,
        suspended_at: key.suspended ? engine.now : null,
      })
      .execute()
  })
}

type KeyColumns = Pick<
  Selectable<Schema['api_key']>,
  'user_id' | 'hash' | 'hint' | 'last_used_at' | 'expires_at' | 'suspended_at'
> & { key_id: string; key_name: string; key_created_at: number }

function toApiKey(row: KeyColumns): ApiKeyRow {
  return {
    id: row.key_id,
    userId: row.user_id,
    name: row.key_name,
    hash: row.hash,
    hint: row.hint,
    createdAt: row.key_created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    suspended: row.suspended_at !== null,
  }
}
