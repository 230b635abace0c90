import { sql } from 'kysely'
import type { Chats, MessageRow } from '../../contract/chats.ts'
import type { Engine } from '../../engine/engine.ts'
import { saidIn } from './message-row.ts'

/** Few at once, since an answer may have 4 MB. */
const messagesAtOnce = 50

interface Unsaid extends Pick<MessageRow, 'role' | 'text'> {
  id: string
}

/** Reads the visible words out of the texts of messages that lack them, some chats further. */
export function fillSaid(engine: Engine, afterChat: string, limit: number): ReturnType<Chats['fillSaid']> {
  const [chat, message] = [engine.table('chat'), engine.table('message')]
  return engine.transaction(async (trx) => {
    const chats = await sql<{ id: string }>`
      select id from ${chat} where id > ${afterChat} order by id limit ${limit}`.execute(trx)
    const last = chats.rows.at(-1)?.id
    if (last === undefined) return { filled: 0, next: null }
    // One that a run writes gets its words at the end of it.
    const { rows } = await sql<Unsaid>`
      select m.id, m.role, m.text from ${message} m
      where m.chat_id > ${afterChat} and m.chat_id <= ${last} and m.said is null and m.status <> 'running'
      order by m.chat_id limit ${messagesAtOnce} ${engine.skipLocked('m')}`.execute(trx)
    for (const row of rows) {
      await trx
        .updateTable('message')
        .set({ said: saidIn(row) })
        .where('id', '=', row.id)
        .execute()
    }
    // Where there may be more of them, the same chats come again.
    return { filled: rows.length, next: rows.length === messagesAtOnce ? afterChat : last }
  })
}
