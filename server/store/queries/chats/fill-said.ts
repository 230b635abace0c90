import { sql } from 'kysely'
import type { Chats, MessageRow } from '../../contract/chats.ts'
import type { Engine } from '../../engine/engine.ts'
import { visibleTextOf } from './message-row.ts'

/** Few at once, because an answer may be 4 MB long. */
const messagesAtOnce = 50

interface Unsaid extends Pick<MessageRow, 'role' | 'text'> {
  id: string
}

/** Derives and stores the visible text of messages that lack it, in the next `limit` chats. */
export function fillSaid(engine: Engine, afterChat: string, limit: number): ReturnType<Chats['fillSaid']> {
  const [chat, message] = [engine.table('chat'), engine.table('message')]
  return engine.transaction(async (trx) => {
    const chats = await sql<{ id: string }>`
      select id from ${chat} where id > ${afterChat} order by id limit ${limit}`.execute(trx)
    const last = chats.rows.at(-1)?.id
    if (last === undefined) return { filled: 0, next: null }
    // Running messages are left out: they get their visible text when their run ends.
    const { rows } = await sql<Unsaid>`
      select m.id, m.role, m.text from ${message} m
      where m.chat_id > ${afterChat} and m.chat_id <= ${last} and m.said is null and m.status <> 'running'
      order by m.chat_id limit ${messagesAtOnce} ${engine.skipLocked('m')}`.execute(trx)
    for (const row of rows) {
      await trx
        .updateTable('message')
        .set({ said: visibleTextOf(row) })
        .where('id', '=', row.id)
        .execute()
    }
    // A full batch may have left some messages out: the next call starts with the same chats.
    return { filled: rows.length, next: rows.length === messagesAtOnce ? afterChat : last }
  })
}
