import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { cleanText } from '../../../base/index.ts'
import type { ChatRow, Chats, MessageRow } from '../../contract/chats.ts'
import type { Engine } from '../../engine/engine.ts'
import { changeChats } from './change-chats.ts'
import { chatColumns, runningIn, toChat } from './chat-row.ts'
import { deleteChat, deleteMessage, pruneDeleted, restoreChat, restoreMessage } from './deletion.ts'
import { idsByCreation, messageBatches } from './export.ts'
import { fillSaid } from './fill-said.ts'
import { forkChat } from './fork.ts'
import { visibleTextOf, selectMessages, toMessage } from './message-row.ts'
import { createSearch } from '../../search/create-search.ts'
import { listChats } from './list-chats.ts'
import { setTitleByModel, updateChat } from './update-chat.ts'

export function createChats(engine: Engine): Chats {
  return {
    get: (id, userId) => getChat(engine, id, userId),
    tree: async (id, userId) => {
      const chat = await getChat(engine, id, userId)
      return chat && { chat, messages: await messagesOf(engine, id) }
    },
    list: (query) => listChats(engine, query),
    search: createSearch(engine),
    update: (id, userId, change) => updateChat(engine, { id, userId, change }),
    updateAll: (userId, request) => changeChats(engine, userId, request),
    setTitleByModel: (id, title) => setTitleByModel(engine, id, title),
    delete: (id, userId) => deleteChat(engine, id, userId),
    restore: (id, userId) => restoreChat(engine, id, userId),
    deleteMessage: (messageId, userId) => deleteMessage(engine, messageId, userId),
    restoreMessage: (messageId, userId) => restoreMessage(engine, messageId, userId),
    idsByCreation: (query) => idsByCreation(engine, query),
    messageBatches: (query) => messageBatches(engine, query),
    fork: (fork) => forkChat(engine, fork),
    path: (messageId, userId) => pathTo(engine, messageId, userId),
    visiblePath: (messageId, userId) => saidOnPathTo(engine, messageId, userId),
    fillSaid: (afterChat, limit) => fillSaid(engine, afterChat, limit),
    message: (messageId, userId) => getMessage(engine, messageId, userId),
    prune: (before, limit) => pruneDeleted(engine, before, limit),
  }
}

function getChat(engine: Engine, id: string, userId: string): Promise<ChatRow | undefined> {
  return engine.run(async (db) => {
    const row = await db
      .selectFrom('chat')
      .select([...chatColumns, runningIn(engine).as('running')])
      .where('chat.id', '=', cleanText(id))
      .where('chat.user_id', '=', userId)
      .where('chat.deleted_at', 'is', null)
      .executeTakeFirst()
    return row && toChat(row)
  })
}

function messagesOf(engine: Engine, chatId: string): Promise<MessageRow[]> {
  return engine.run(async (db) => {
    const rest = sql`where m.chat_id = ${chatId} and m.deleted_at is null order by m.created_at, m.id`
    const { rows } = await selectMessages(engine, rest).execute(db)
    return rows.map(toMessage)
  })
}

function getMessage(engine: Engine, messageId: string, userId: string): Promise<MessageRow | undefined> {
  return engine.run(async (db) => {
    const rest = sql`
      join ${engine.table('chat')} c on c.id = m.chat_id
      where m.id = ${cleanText(messageId)} and m.deleted_at is null and c.user_id = ${userId} and c.deleted_at is null`
    const { rows } = await selectMessages(engine, rest).execute(db)
    return rows[0] && toMessage(rows[0])
  })
}

function pathTo(engine: Engine, messageId: string, userId: string): Promise<MessageRow[]> {
  return engine.run(async (db) => {
    const { rows } = await sql`
      ${upFrom(engine, messageId, userId)} ${selectMessages(engine, sql`join up on up.id = m.id order by up.depth desc`)}`
      .$castTo<Parameters<typeof toMessage>[0]>()
      .execute(db)
    return rows.map(toMessage)
  })
}

function saidOnPathTo(engine: Engine, messageId: string, userId: string): ReturnType<Chats['visiblePath']> {
  return engine.run(async (db) => {
    const { rows } = await sql<Pick<MessageRow, 'role' | 'model' | 'text'> & { said: string | null }>`
      ${upFrom(engine, messageId, userId)}
      select m.role, m.model, m.said, case when m.said is null then m.text else '' end as text
      from ${engine.table('message')} m join up on up.id = m.id order by up.depth desc`.execute(db)
    return rows.map((row) => ({ role: row.role, model: row.model, said: visibleTextOf(row) }))
  })
}

/** Defines `up`: the ids on the path from the message to its root, and their distance from the message. */
function upFrom(engine: Engine, messageId: string, userId: string): RawBuilder<unknown> {
  const message = engine.table('message')
  return sql`with recursive up (id, parent_id, depth) as (
      select s.id, s.parent_id, 0 from ${message} s join ${engine.table('chat')} c on c.id = s.chat_id
      where s.id = ${cleanText(messageId)} and s.deleted_at is null and c.user_id = ${userId} and c.deleted_at is null
      union all
      select a.id, a.parent_id, up.depth + 1 from up join ${message} a on a.id = up.parent_id
    )`
}
