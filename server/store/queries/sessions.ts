import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { cleanText } from '../../base/index.ts'
import type { SessionRow, Sessions } from '../contract/sessions.ts'
import type { Db, Engine } from '../engine/engine.ts'
import type { Schema } from '../schema.ts'
import { accountColumns, toUser } from './account-row.ts'
import { incrementRevision } from './revisions.ts'

/** A row's time is set before its transaction commits and others see it; no transaction takes longer than this, ms. */
const overlapMs = 15_000

const columns = [
  'session.id as session_id',
  'session.user_id',
  'session.epoch',
  'session.device',
  'session.address',
  'session.created_at as session_created_at',
  'session.last_used_at',
  'session.expires_at',
  'session.secret_hash',
  'session.secret_since',
] as const

/** Selects open sessions: not ended, not expired by the store's clock, and with the current epoch of their user. */
function openSessions(engine: Engine, db: Db) {
  return db
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.user_id')
    .where('session.ended_at', 'is', null)
    .whereRef('session.epoch', '=', 'account.token_epoch')
    .where((eb) => eb.or([eb('session.expires_at', 'is', null), eb('session.expires_at', '>', engine.now)]))
}

export function createSessions(engine: Engine): Sessions {
  return {
    create: (session) => create(engine, session),
    withUser: (id) =>
      engine.run(async (db) => {
        const row = await openSessions(engine, db)
          .select([...columns, ...accountColumns])
          .where('session.id', '=', cleanText(id))
          .executeTakeFirst()
        return row && { session: toSession(row), user: toUser(row) }
      }),
    ofUser: (userId) =>
      engine.run(async (db) => {
        const rows = await openSessions(engine, db)
          .select(columns)
          .where('session.user_id', '=', userId)
          .orderBy('session.last_used_at', 'desc')
          .orderBy('session.id', 'desc')
          .execute()
        return rows.map(toSession)
      }),
    addSecret: (id, secretHash, since) =>
      engine.run(async (db) => {
        const changed = await db
          .updateTable('session')
          .set({ secret_hash: secretHash, secret_since: since })
          .where('id', '=', id)
          .where('secret_hash', 'is', null)
          .where('ended_at', 'is', null)
          .returning('id')
          .executeTakeFirst()
        return changed !== undefined
      }),
    touch: (id, lastUsedAt, expiresAt) =>
      engine.run(async (db) => {
        await db
          .updateTable('session')
          .set({ last_used_at: lastUsedAt, expires_at: expiresAt })
          .where('id', '=', id)
          .where('ended_at', 'is', null)
          .execute()
      }),
    end: (id, userId) =>
      engine.transaction(async (trx) => {
        const ended = await trx
          .updateTable('session')
          .set({ ended_at: engine.now })
          .where('id', '=', cleanText(id))
          .where('user_id', '=', userId)
          .where('ended_at', 'is', null)
          .returning('id')
          .executeTakeFirst()
        if (ended) await incrementRevision(trx, 'revocations')
        return ended !== undefined
      }),
    prune: (before, limit) => pruneSessions(engine, before, limit),
    revokedSince: (since) => revokedSince(engine, since),
  }
}

function create(engine: Engine, session: SessionRow): Promise<void> {
  return engine.run(async (db) => {
    await db
      .insertInto('session')
      .values({
        id: session.id,
        user_id: session.userId,
        epoch: session.epoch,
        device: cleanText(session.device),
        address: cleanText(session.address),
        created_at: session.createdAt,
        last_used_at: session.lastUsedAt,
        expires_at: session.expiresAt,
        secret_hash: session.secretHash ?? null,
        secret_since: session.secretSince ?? 0,
      })
      .execute()
  })
}

function pruneSessions(engine: Engine, before: number, limit: number): Promise<number> {
  return engine.run(async (db) => {
    const deleted = await db
      .deleteFrom('session')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('session')
          .select('id')
          .where((e) => e.or([e('ended_at', '<', before), e('expires_at', '<', before)]))
          .limit(limit),
      )
      .returning('id')
      .execute()
    return deleted.length
  })
}

/**
 * Queries a little further back than `since`, because a revocation is visible later than its time; repeats do no harm.
 */
function revokedSince(engine: Engine, since: number): ReturnType<Sessions['revokedSince']> {
  return engine.run(async (db) => {
    const { rows } = await sql<{ kind: 'now' | 'session' | 'user'; id: string }>`
      select 'now' as kind, cast(${engine.now} as text) as id
      union all select 'session', id from ${engine.table('session')} where ended_at >= ${since - overlapMs}
      union all select 'user', id from ${engine.table('account')} where access_changed_at >= ${since - overlapMs}`.execute(
      db,
    )
    const ids = (kind: string): string[] => rows.filter((row) => row.kind === kind).map(({ id }) => id)
    return { sessionIds: ids('session'), userIds: ids('user'), now: Number(ids('now')[0]) }
  })
}

type SessionColumns = Pick<
  Selectable<Schema['session']>,
  'user_id' | 'epoch' | 'device' | 'address' | 'last_used_at' | 'expires_at' | 'secret_hash' | 'secret_since'
> & { session_id: string; session_created_at: number }

function toSession(row: SessionColumns): SessionRow {
  return {
    id: row.session_id,
    userId: row.user_id,
    epoch: row.epoch,
    device: row.device,
    address: row.address,
    createdAt: row.session_created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    ...(row.secret_hash !== null && { secretHash: row.secret_hash }),
    ...(row.secret_since > 0 && { secretSince: row.secret_since }),
  }
}
