import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { visibleText } from '../../../../protocol/index.ts'
import type { MessageMeta, MessageRow } from '../../contract/chats.ts'
import type { Engine } from '../../engine/engine.ts'

interface StoredMessage {
  id: string
  chat_id: string
  parent_id: string | null
  role: MessageRow['role']
  text: string
  status: MessageRow['status']
  model: string | null
  created_at: number
  meta: string
  run_id: string | null
  owner: string | null
  fence: number | null
  saved_fence: number | null
  stop: boolean | number | null
}

/** Selects messages `m` with the run that is writing each; `rest` is the SQL that follows the joins. */
export function selectMessages(engine: Engine, rest: RawBuilder<unknown>): RawBuilder<StoredMessage> {
  return sql<StoredMessage>`
    select m.id, m.chat_id, m.parent_id, m.role, m.status, m.model, m.created_at, m.meta,
      r.id as run_id, r.owner, r.fence, r.saved_fence, r.stop,
      case when r.id is null then m.text else ${engine.joinedParts(sql`r.id`)} end as text
    from ${engine.table('message')} m
    left join ${engine.table('run')} r on r.message_id = m.id and r.status = 'running' ${rest}`
}

/**
 * The visible text of an ended message; derived from `text` for old rows that the job `fill-said` has not filled yet.
 */
export function visibleTextOf(message: {
  role: MessageRow['role']
  text: string
  said?: string | null
}): string {
  return message.said ?? (message.role === 'assistant' ? visibleText(message.text) : message.text)
}

export function toMessage(row: StoredMessage): MessageRow {
  return {
    id: row.id,
    chatId: row.chat_id,
    parentId: row.parent_id,
    role: row.role,
    text: row.text,
    status: row.status,
    model: row.model,
    createdAt: row.created_at,
    meta: JSON.parse(row.meta) as MessageMeta,
    run:
      row.run_id === null
        ? null
        : {
            id: row.run_id,
            owner: row.owner ?? '',
            fence: row.fence ?? 0,
            savedFence: row.saved_fence ?? 0,
            stop: Boolean(row.stop),
          },
  }
}
