import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { cleanText } from '../../../base/index.ts'
import type { ChatRow, Chats } from '../../contract/chats.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Schema } from '../../schema.ts'
import { chatColumns, runningIn, toChat } from './chat-row.ts'

// The order of locks, here and wherever a run starts or ends: the chat, then its runs, then its messages.

/** Deletes the chat and sets `stop` on its runs, so that its answers end even if the announcement is lost. */
export function deleteChat(
  engine: Engine,
  id: string,
  userId: string,
): Promise<{ runIds: string[] } | undefined> {
  return engine.transaction(async (trx) => {
    const chat = await trx
      .updateTable('chat')
      .set({ deleted_at: engine.now })
      .where('id', '=', cleanText(id))
      .where('user_id', '=', userId)
      .where('deleted_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    return chat && { runIds: await stopRuns(trx, [chat.id]) }
  })
}

/** Sets `stop` on the runs of these chats, which must be locked, and returns their ids. */
export async function stopRuns(trx: Transaction<Schema>, chatIds: readonly string[]): Promise<string[]> {
  const runs = await trx
    .updateTable('run')
    .set({ stop: true })
    .where('chat_id', 'in', chatIds)
    .where('status', '=', 'running')
    .returning('id')
    .execute()
  return runs.map((run) => run.id)
}

export function restoreChat(engine: Engine, id: string, userId: string): Promise<ChatRow | undefined> {
  return engine.run(async (db) => {
    const row = await db
      .updateTable('chat')
      .set({ deleted_at: null })
      .where('chat.id', '=', cleanText(id))
      .where('chat.user_id', '=', userId)
      .where('chat.deleted_at', 'is not', null)
      .returning([...chatColumns, runningIn(engine).as('running')])
      .executeTakeFirst()
    return row && toChat(row)
  })
}

/** Locks the message's chat, so that nothing else changes it; undefined if it is another user's. */
async function lockChatOf(
  engine: Engine,
  trx: Transaction<Schema>,
  { messageId, userId }: { messageId: string; userId: string },
): Promise<{ chatId: string; parentId: string | null; currentId: string | null } | undefined> {
  const { rows } = await sql<{ id: string; parent_id: string | null; current_id: string | null }>`
    select c.id, c.current_id, m.parent_id from ${engine.table('message')} m
    join ${engine.table('chat')} c on c.id = m.chat_id
    where m.id = ${cleanText(messageId)} and c.user_id = ${userId} and c.deleted_at is null
    ${engine.forUpdate('c')}`.execute(trx)
  const [row] = rows
  return row && { chatId: row.id, parentId: row.parent_id, currentId: row.current_id }
}

export function deleteMessage(
  engine: Engine,
  messageId: string,
  userId: string,
): ReturnType<Chats['deleteMessage']> {
  const message = engine.table('message')
  return engine.transaction(async (trx) => {
    const chat = await lockChatOf(engine, trx, { messageId, userId })
    if (!chat) return undefined
    const below = sql`
      with recursive below (id) as (
        select s.id from ${message} s where s.id = ${messageId} and s.deleted_at is null
        union all
        select d.id from below join ${message} d on d.parent_id = below.id where d.deleted_at is null
      )`
    const runs = await sql<{ id: string }>`
      ${below} update ${engine.table('run')} set stop = true
      where status = 'running' and message_id in (select id from below) returning id`.execute(trx)
    const deletion = await sql<{ id: string }>`
      ${below} update ${message} set deleted_at = ${engine.now}, deleted_with = ${messageId}
      where id in (select id from below) returning id`.execute(trx)
    const deleted = deletion.rows.map(({ id }) => id)
    if (deleted.length === 0) return undefined
    const currentId = await moveLeaf(trx, chat, deleted)
    return { chatId: chat.chatId, currentId, deleted, runIds: runs.rows.map(({ id }) => id) }
  })
}

async function moveLeaf(
  trx: Transaction<Schema>,
  chat: { chatId: string; parentId: string | null; currentId: string | null },
  deleted: string[],
): Promise<string | null> {
  if (chat.currentId === null || !deleted.includes(chat.currentId)) return chat.currentId
  const rest = await trx
    .selectFrom('message')
    .select(['id', 'parent_id'])
    .where('chat_id', '=', chat.chatId)
    .where('deleted_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  const leaf = leafAfterDeletion(rest, chat.parentId)
  await trx.updateTable('chat').set({ current_id: leaf }).where('id', '=', chat.chatId).execute()
  return leaf
}

export function restoreMessage(
  engine: Engine,
  messageId: string,
  userId: string,
): Promise<{ chatId: string } | undefined> {
  return engine.transaction(async (trx) => {
    const chat = await lockChatOf(engine, trx, { messageId, userId })
    if (!chat) return undefined
    const back = await trx
      .updateTable('message')
      .set({ deleted_at: null, deleted_with: null })
      .where('deleted_with', '=', messageId)
      .where('chat_id', '=', chat.chatId)
      // A message is not restored below a parent that is still deleted.
      .where((eb) =>
        eb.or([
          eb.lit(chat.parentId === null),
          eb.exists(
            eb
              .selectFrom('message as parent')
              .select('parent.id')
              .where('parent.id', '=', chat.parentId)
              .where('parent.deleted_at', 'is', null),
          ),
        ]),
      )
      .returning(['id', 'created_at'])
      .execute()
    // Shows the user what was restored: the newest restored message, which is a leaf.
    const leaf = back.toSorted((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1)).at(-1)
    if (!leaf) return undefined
    await trx.updateTable('chat').set({ current_id: leaf.id }).where('id', '=', chat.chatId).execute()
    return { chatId: chat.chatId }
  })
}

/** Removes chats first, because their messages are removed with them. */
export function pruneDeleted(engine: Engine, before: number, limit: number): Promise<number> {
  return engine.run(async (db) => {
    const prune = async (table: 'chat' | 'message', max: number): Promise<number> => {
      const { rows } = await sql<{ id: string }>`
        delete from ${engine.table(table)} where id in
          (select d.id from ${engine.table(table)} d where d.deleted_at < ${before} limit ${max}) returning id`.execute(
        db,
      )
      return rows.length
    }
    const chats = await prune('chat', limit)
    return chats + (chats < limit ? await prune('message', limit - chats) : 0)
  })
}

interface Node {
  id: string
  parent_id: string | null
}

/**
 * Which leaf to show after a branch below `parentId` was deleted: the leaf of the newest remaining branch there, or
 * else the parent itself. `rest` are the remaining messages of the chat, oldest first.
 */
export function leafAfterDeletion(rest: Node[], parentId: string | null): string | null {
  const newestChild = new Map(rest.map((node) => [node.parent_id, node.id]))
  let leaf = parentId
  for (let next = newestChild.get(leaf); next !== undefined; next = newestChild.get(leaf)) leaf = next
  return leaf
}
