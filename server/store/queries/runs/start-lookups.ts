import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { cleanText } from '../../../base/index.ts'
import type { MessageRow } from '../../contract/chats.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Schema } from '../../schema.ts'

export interface LockedChat {
  id: string
  /** The time by the store's clock when the chat was locked. */
  now: number
}

/** Creates the chat if `newTitle` is set, else locks it; undefined if the id is taken, or the chat is not available. */
export async function createOrLockChat(
  engine: Engine,
  trx: Transaction<Schema>,
  chat: { id: string; userId: string; model: string; newTitle: string | null },
): Promise<LockedChat | undefined> {
  if (chat.newTitle === null) {
    const { rows } = await sql<LockedChat>`
      select c.id, ${engine.now} as now from ${engine.table('chat')} c
      where c.id = ${chat.id} and c.user_id = ${chat.userId} and c.deleted_at is null
      ${engine.forUpdate('c')}`.execute(trx)
    return rows[0]
  }
  return trx
    .insertInto('chat')
    .values({
      id: chat.id,
      user_id: chat.userId,
      title: chat.newTitle,
      title_by: 'words',
      model: chat.model,
      created_at: engine.now,
      updated_at: engine.now,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning(['id', 'created_at as now'])
    .executeTakeFirst()
}

export async function lockChatOfMessage(
  engine: Engine,
  trx: Transaction<Schema>,
  { messageId, userId }: { messageId: string; userId: string },
): Promise<LockedChat | undefined> {
  const { rows } = await sql<LockedChat>`
    select c.id, ${engine.now} as now from ${engine.table('message')} m
    join ${engine.table('chat')} c on c.id = m.chat_id
    where m.id = ${cleanText(messageId)} and c.user_id = ${userId} and c.deleted_at is null
    ${engine.forUpdate('c')}`.execute(trx)
  return rows[0]
}

interface FoundMessage {
  id: string
  parent_id: string | null
  role: MessageRow['role']
  status: MessageRow['status']
  text: string
}

/** A separate statement after the lock: the statement that waited for the chat sees the message as it was before. */
export function findMessage(
  trx: Transaction<Schema>,
  chat: LockedChat,
  id: string,
): Promise<FoundMessage | undefined> {
  return trx
    .selectFrom('message')
    .select(['id', 'parent_id', 'role', 'status', 'text'])
    .where('id', '=', cleanText(id))
    .where('chat_id', '=', chat.id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}
