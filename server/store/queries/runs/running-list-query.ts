import { sql } from 'kysely'
import type { Db } from '../../engine/engine.ts'
import { runColumns } from './run-row.ts'

export interface RunningListQuery {
  userId: string | null
  after: { at: number; id: string } | undefined
  limit: number
}

/** Newest first, by key. The status stands in the text, since a partial index is not chosen for a parameter. */
export function runningListQuery(db: Db, { userId, after, limit }: RunningListQuery) {
  return db
    .selectFrom('run')
    .select(runColumns)
    .where('status', '=', sql.lit('running'))
    .$if(userId !== null, (query) => query.where('user_id', '=', userId ?? ''))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(started_at, id) < (${after?.at}, ${after?.id})`),
    )
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
}
