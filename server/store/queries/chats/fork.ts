import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { cleanText, newId } from '../../../base/index.ts'
import type { Chats, MessageRow } from '../../contract/chats.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Schema } from '../../schema.ts'
import { lockChatOfMessage } from '../runs/start-lookups.ts'
import { chatColumns, runningIn, toChat } from './chat-row.ts'

/** How many messages one statement copies; each takes three of its parameters. */
const messagesAtOnce = 500

interface Copy {
  from: string
  id: string
  parentId: string | null
}

/**
 * Copies a path into a new chat, in one transaction that locks the chat it comes from. The database copies the texts, so
 * none of them passes through this process.
 */
export function forkChat(engine: Engine, fork: Parameters<Chats['fork']>[0]): ReturnType<Chats['fork']> {
  return engine.transaction(async (trx) => {
    const source = await lockChatOfMessage(engine, trx, fork)
    if (!source) return undefined
    const path = await pathInChat(engine, trx, { messageId: fork.messageId, chatId: source.id })
    if (path.length === 0) return undefined
    if (path.some(({ status }) => status === 'running')) return { kind: 'branch-busy' }
    const copies: Copy[] = []
    for (const { id: from } of path) copies.push({ from, id: newId(), parentId: copies.at(-1)?.id ?? null })
    await copyChat(engine, trx, { ...fork, sourceId: source.id, currentId: copies.at(-1)?.id ?? '' })
    for (let at = 0; at < copies.length; at += messagesAtOnce)
      await copyMessages(engine, trx, fork.chatId, copies.slice(at, at + messagesAtOnce))
    const row = await trx
      .selectFrom('chat')
      .select([...chatColumns, runningIn(engine).as('running')])
      .where('chat.id', '=', fork.chatId)
      .executeTakeFirstOrThrow()
    return { kind: 'forked', chat: toChat(row) }
  })
}

/** The path from the root to the message; empty if the message is deleted. To be read after the chat is locked. */
async function pathInChat(
  engine: Engine,
  trx: Transaction<Schema>,
  { messageId, chatId }: { messageId: string; chatId: string },
): Promise<Pick<MessageRow, 'id' | 'status'>[]> {
  const message = engine.table('message')
  const { rows } = await sql<Pick<MessageRow, 'id' | 'status'>>`
    with recursive up (id, parent_id, status, depth) as (
      select s.id, s.parent_id, s.status, 0 from ${message} s
      where s.id = ${cleanText(messageId)} and s.chat_id = ${chatId} and s.deleted_at is null
      union all
      select a.id, a.parent_id, a.status, up.depth + 1 from up join ${message} a on a.id = up.parent_id
    ) select id, status from up order by depth desc`.execute(trx)
  return rows
}

/** The new chat keeps model, folder and tags. It is neither pinned nor archived, and has nothing unread. */
async function copyChat(
  engine: Engine,
  trx: Transaction<Schema>,
  {
    chatId,
    sourceId,
    title,
    currentId,
  }: { chatId: string; sourceId: string; title: string; currentId: string },
): Promise<void> {
  const chat = engine.table('chat')
  await sql`
    insert into ${chat} (id, user_id, title, title_by, model, current_id, folder, tags, created_at, updated_at)
    select ${chatId}, c.user_id, ${cleanText(title)}, 'person', c.model, ${currentId}, c.folder, c.tags,
      ${engine.now}, ${engine.now}
    from ${chat} c where c.id = ${sourceId}`.execute(trx)
}

async function copyMessages(
  engine: Engine,
  trx: Transaction<Schema>,
  chatId: string,
  copies: readonly Copy[],
): Promise<void> {
  const message = engine.table('message')
  const values = sql.join(copies.map(({ from, id, parentId }) => sql`(${from}, ${id}, ${parentId})`))
  await sql`
    with copy (source, id, parent_id) as (values ${values})
    insert into ${message} (id, chat_id, parent_id, role, text, said, status, model, meta, created_at, extra)
    select copy.id, ${chatId}, copy.parent_id, m.role, m.text, m.said, m.status, m.model, m.meta, m.created_at, m.extra
    from copy join ${message} m on m.id = copy.source`.execute(trx)
}
