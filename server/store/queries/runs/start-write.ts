import type { Insertable, Transaction } from 'kysely'
import type { RunIds, RunRow, StartRun } from '../../contract/runs.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Schema } from '../../schema.ts'
import { runColumns, toRun } from './run-row.ts'

export interface NewRun {
  ids: RunIds
  /** The user's message, if the start creates one. */
  question: { id: string; parentId: string | null; text: string } | null
  answer: 'new' | 'continued'
  fence: number
  now: number
  /** The text that the answer begins with. */
  text: string
  input: StartRun
}

type Written = { kind: 'written'; run: RunRow } | { kind: 'refused'; by: 'repeated' | 'branch-busy' }

/**
 * Writes the rows of a start. The caller has locked the chat, so only a request with the same client id can interfere.
 */
export async function writeStart(engine: Engine, trx: Transaction<Schema>, start: NewRun): Promise<Written> {
  const { ids, input } = start
  const request = await trx
    .insertInto('run_request')
    .values({
      user_id: input.userId,
      client_id: input.clientId,
      chat_id: ids.chatId,
      user_message_id: ids.userMessageId,
      message_id: ids.messageId,
      run_id: ids.runId,
    })
    .onConflict((conflict) => conflict.columns(['user_id', 'client_id']).doNothing())
    .returning('run_id')
    .executeTakeFirst()
  if (!request) return { kind: 'refused', by: 'repeated' }
  await writeMessages(trx, start)
  // The only constraint that can be violated allows one running run per branch.
  const run = await trx
    .insertInto('run')
    .values(runRow(start))
    .onConflict((conflict) => conflict.doNothing())
    .returning(runColumns)
    .executeTakeFirst()
  if (!run) return { kind: 'refused', by: 'branch-busy' }
  if (start.text !== '') {
    await trx.insertInto('run_part').values({ run_id: ids.runId, start: 0, text: start.text }).execute()
  }
  await trx
    .updateTable('chat')
    .set({ current_id: ids.messageId, updated_at: start.now, model: input.model })
    .where('id', '=', ids.chatId)
    .execute()
  return { kind: 'written', run: toRun(run) }
}

async function writeMessages(
  trx: Transaction<Schema>,
  { ids, question, answer, now, input }: NewRun,
): Promise<void> {
  if (answer === 'continued') {
    await trx
      .updateTable('message')
      .set({ status: 'running', said: null, meta: '{}', model: input.model })
      .where('id', '=', ids.messageId)
      .execute()
    return
  }
  const placeholder = {
    id: ids.messageId,
    chat_id: ids.chatId,
    parent_id: ids.userMessageId,
    role: 'assistant' as const,
    text: '',
    said: null,
    status: 'running' as const,
    model: input.model,
    // Later than its question, because a chat's messages are ordered by time and then by id.
    created_at: question ? now + 1 : now,
  }
  const asked = question && {
    id: question.id,
    chat_id: ids.chatId,
    parent_id: question.parentId,
    role: 'user' as const,
    text: question.text,
    said: question.text,
    status: 'done' as const,
    model: null,
    created_at: now,
  }
  await trx
    .insertInto('message')
    .values(asked ? [asked, placeholder] : [placeholder])
    .execute()
}

function runRow({ ids, answer, fence, now, text, input }: NewRun): Insertable<Schema['run']> {
  const isContinued = answer === 'continued'
  return {
    id: ids.runId,
    chat_id: ids.chatId,
    message_id: ids.messageId,
    user_id: input.userId,
    parent_id: ids.userMessageId,
    model: input.model,
    status: 'running',
    owner: input.owner,
    fence,
    // The initial text is not progress of any owner.
    furthest: text.length,
    stop: input.stop,
    saved: text.length,
    saved_at: now,
    // The initial text of a continued answer counts as saved by this run.
    saved_fence: isContinued ? fence : 0,
    starts: JSON.stringify(isContinued ? [[fence, 0]] : []),
    started_at: now,
  }
}
