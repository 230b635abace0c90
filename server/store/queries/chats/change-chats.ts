import { cleanText } from '../../../base/index.ts'
import type { Chats } from '../../contract/chats.ts'
import type { Engine } from '../../engine/engine.ts'
import { insertFolder } from '../folders.ts'
import { stopRuns } from './deletion.ts'
import { chatColumns, runningIn, toChat } from './chat-row.ts'

/** See `Chats.updateAll`. */
export function changeChats(
  engine: Engine,
  userId: string,
  { ids, change }: Parameters<Chats['updateAll']>[1],
): ReturnType<Chats['updateAll']> {
  const { pinned, archived, folder, deleted } = change
  return engine.transaction(async (trx) => {
    const rows = await trx
      .updateTable('chat')
      .set({
        user_id: userId,
        ...(pinned !== undefined && { pinned }),
        ...(archived !== undefined && { archived }),
        ...(folder !== undefined && { folder: folder === null ? null : cleanText(folder) }),
        ...(deleted !== undefined && { deleted_at: deleted ? engine.now : null }),
      })
      .where('chat.id', 'in', ids.map(cleanText))
      .where('chat.user_id', '=', userId)
      .where('chat.deleted_at', deleted === false ? 'is not' : 'is', null)
      .returning([...chatColumns, runningIn(engine).as('running')])
      .execute()
    const chats = rows.map(toChat)
    if (folder && chats.length > 0) await insertFolder(engine, trx, { userId, name: folder })
    const stopped = deleted && chats.length > 0
    const runIds = stopped
      ? await stopRuns(
          trx,
          chats.map((chat) => chat.id),
        )
      : []
    return { chats, runIds }
  })
}
