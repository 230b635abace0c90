import { sql } from 'kysely'
import type { Db, Engine } from '../../engine/engine.ts'
import { chatColumns, runningIn } from './chat-row.ts'

export interface ChatListQuery {
  userId: string
  q?: string
  archived: boolean
  after: { at: number; id: string } | undefined
  limit: number
}

/** Last activity first, by key; one row more than a page, which tells whether there is a next one. */
export function chatListQuery(engine: Engine, db: Db, { userId, q, archived, after, limit }: ChatListQuery) {
  return db
    .selectFrom('chat')
    .select([...chatColumns, runningIn(engine).as('running')])
    .where('chat.user_id', '=', userId)
    .where('chat.archived', '=', archived)
    .where('chat.deleted_at', 'is', null)
    .$if(q !== undefined && q !== '', (query) => query.where(engine.finds(q ?? '', sql`chat.title`)))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(chat.updated_at, chat.id) < (${after?.at}, ${after?.id})`),
    )
    .orderBy('chat.updated_at', 'desc')
    .orderBy('chat.id', 'desc')
    .limit(limit + 1)
}
