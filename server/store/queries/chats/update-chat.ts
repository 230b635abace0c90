import { sql } from 'kysely'
import { cleanText } from '../../../base/index.ts'
import type { ChatRow, Chats } from '../../contract/chats.ts'
import type { Engine } from '../../engine/engine.ts'
import { insertFolder } from '../folders.ts'
import { chatColumns, runningIn, toChat } from './chat-row.ts'

export interface ChatChange {
  id: string
  userId: string
  change: Parameters<Chats['update']>[2]
}

export function updateChat(engine: Engine, { id, userId, change }: ChatChange): Promise<ChatRow | undefined> {
  const title = change.title === undefined ? undefined : cleanText(change.title)
  return engine.run(async (db) => {
    const row = await db
      .updateTable('chat')
      .set({
        id,
        ...(title !== undefined && { title }),
        ...(change.titleBy !== undefined && { title_by: change.titleBy }),
        ...(change.pinned !== undefined && { pinned: change.pinned }),
        ...(change.archived !== undefined && { archived: change.archived }),
        ...(change.folder !== undefined && {
          folder: change.folder === null ? null : cleanText(change.folder),
        }),
        ...(change.tags !== undefined && { tags: JSON.stringify(change.tags.map(cleanText)) }),
        ...(change.currentId !== undefined && { current_id: change.currentId }),
        // At least `answered_at`: an answer that ended in this same millisecond was shown too, and counts as read.
        ...(change.read && { read_at: engine.greatest(engine.now, sql`answered_at`) }),
      })
      .where('chat.id', '=', cleanText(id))
      .where('chat.user_id', '=', userId)
      .where('chat.deleted_at', 'is', null)
      .$if(change.currentId !== undefined, (query) =>
        query.where((eb) =>
          eb.exists(
            eb
              .selectFrom('message')
              .select('message.id')
              .where('message.id', '=', cleanText(change.currentId ?? ''))
              .whereRef('message.chat_id', '=', 'chat.id')
              .where('message.deleted_at', 'is', null),
          ),
        ),
      )
      .returning([...chatColumns, runningIn(engine).as('running')])
      .executeTakeFirst()
    if (row && change.folder) await insertFolder(engine, db, { userId, name: change.folder })
    return row && toChat(row)
  })
}

export function setTitleByModel(engine: Engine, id: string, given: string): Promise<ChatRow | undefined> {
  const title = cleanText(given)
  return engine.run(async (db) => {
    const row = await db
      .updateTable('chat')
      .set({ title, title_by: 'model' })
      .where('chat.id', '=', id)
      .where('chat.title_by', '<>', 'person')
      .where('chat.deleted_at', 'is', null)
      .returning([...chatColumns, runningIn(engine).as('running')])
      .executeTakeFirst()
    return row && toChat(row)
  })
}
