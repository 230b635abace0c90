import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import type { RunRow, Starts } from '../../contract/runs.ts'
import { columnsOf } from '../../schema.ts'
import type { Schema } from '../../schema.ts'

export type StoredRun = Selectable<Schema['run']>

export const runColumns = columnsOf('run')

/** The same columns of the alias `r`, for handwritten SQL. */
export const runColumnsOfR = sql.raw(runColumns.map((name) => `r.${name}`).join(', '))

export function toRun(row: StoredRun): RunRow {
  return {
    id: row.id,
    chatId: row.chat_id,
    messageId: row.message_id,
    userId: row.user_id,
    parentId: row.parent_id,
    model: row.model,
    status: row.status,
    owner: row.owner,
    fence: row.fence,
    attempt: row.attempt,
    deaths: row.deaths,
    furthest: row.furthest,
    stop: Boolean(row.stop),
    saved: row.saved,
    savedAt: row.saved_at,
    savedFence: row.saved_fence,
    savedSeq: row.saved_seq,
    starts: JSON.parse(row.starts) as Starts,
    startedAt: row.started_at,
  }
}
