import { sql } from 'kysely'
import { cleanText } from '../../../base/index.ts'
import type { Chats } from '../../contract/chats.ts'
import { readCursor, toPage } from '../../cursor.ts'
import type { Db, Engine } from '../../engine/engine.ts'
import { chatColumns, runningIn, toChat } from './chat-row.ts'

/** See `Chats.list`. */
export function listChats(engine: Engine, query: Parameters<Chats['list']>[0]): ReturnType<Chats['list']> {
  return engine.run(async (db) => {
    const rows = await chatListQuery(engine, db, { ...query, after: readCursor(query.cursor) }).execute()
    return toPage(rows, query.limit, { key: (row) => [row.updated_at, row.id], map: toChat })
  })
}

interface ChatListQuery {
  userId: string
  q?: string
  archived: boolean
  pinned?: boolean
  folder?: string | null
  after: { at: number; id: string } | undefined
  limit: number
}

/** Last activity first, after the key `after`; one row more than `limit`, which shows whether there is a next page. */
export function chatListQuery(
  engine: Engine,
  db: Db,
  { userId, q, archived, pinned, folder, after, limit }: ChatListQuery,
) {
  return (
    db
      .selectFrom('chat')
      .select([...chatColumns, runningIn(engine).as('running')])
      .where('chat.user_id', '=', userId)
      .where('chat.archived', '=', archived)
      .where('chat.deleted_at', 'is', null)
      .$if(q !== undefined && q !== '', (query) =>
        query.where(engine.containsWords(q ?? '', sql`chat.title`)),
      )
      // Not a parameter, so that SQLite finds the index of the pinned chats.
      .$if(pinned !== undefined, (query) =>
        query.where(pinned ? sql<boolean>`chat.pinned` : sql<boolean>`not chat.pinned`),
      )
      .$if(folder === null, (query) => query.where('chat.folder', 'is', null))
      .$if(typeof folder === 'string', (query) => query.where('chat.folder', '=', cleanText(folder ?? '')))
      .$if(after !== undefined, (query) =>
        query.where(sql<boolean>`(chat.updated_at, chat.id) < (${after?.at}, ${after?.id})`),
      )
      .orderBy('chat.updated_at', 'desc')
      .orderBy('chat.id', 'desc')
      .limit(limit + 1)
  )
}
