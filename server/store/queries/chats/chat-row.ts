import { sql } from 'kysely'
import type { RawBuilder, Selectable } from 'kysely'
import type { ChatRow } from '../../contract/chats.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Schema } from '../../schema.ts'

export const chatColumns = [
  'chat.id',
  'chat.user_id',
  'chat.title',
  'chat.title_by',
  'chat.model',
  'chat.current_id',
  'chat.pinned',
  'chat.archived',
  'chat.folder',
  'chat.tags',
  'chat.created_at',
  'chat.updated_at',
  'chat.answered_at',
  'chat.read_at',
] as const

type Column = (typeof chatColumns)[number] extends `chat.${infer Name}` ? Name : never

/** Whether an answer is being written in the chat of the surrounding query's row. */
export function runningIn(engine: Engine): RawBuilder<boolean> {
  return sql<boolean>`exists (select 1 from ${engine.table('run')} r where r.chat_id = chat.id and r.status = 'running')`
}

export function toChat(
  row: Pick<Selectable<Schema['chat']>, Column & keyof Schema['chat']> & { running: boolean | number },
): ChatRow {
  return {
    id: row.id,
    userId: row.user_id,
    title: row.title,
    titleBy: row.title_by,
    model: row.model,
    currentId: row.current_id,
    pinned: Boolean(row.pinned),
    archived: Boolean(row.archived),
    folder: row.folder,
    tags: JSON.parse(row.tags) as string[],
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    answeredAt: row.answered_at,
    readAt: row.read_at,
    running: Boolean(row.running),
  }
}
