import type { Insertable, Transaction } from 'kysely'
import type { RunIds, RunRow, StartRun } from '../../contract/runs.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Schema } from '../../schema.ts'
import { runColumns, toRun } from './run-row.ts'

export interface NewRun {
  ids: RunIds
  /** The person's message, where one is made. */
  question: { id: string; parentId: string | null; text: string } | null
  answer: 'new' | 'goes-on'
  fence: number
  now: number
  /** What the answer begins with. */
  text: string
  input: StartRun
}

type Written = { kind: 'written'; run: RunRow } | { kind: 'refused'; by: 'repeated' | 'branch-busy' }

/** The rows of a start. The chat is held, so only another request with this client id can come in between. */
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
  // The one constraint that can refuse it is the branch's: one running run.
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
  if (answer === 'goes-on') {
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
    // After its question whatever the ids say: a chat is read in this order.
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
  const goesOn = answer === 'goes-on'
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
    // What it begins with is nobody's progress.
    furthest: text.length,
    stop: input.stop,
    saved: text.length,
    saved_at: now,
    // What an answer that goes on begins with counts as saved by this run.
    saved_fence: goesOn ? fence : 0,
    starts: JSON.stringify(goesOn ? [[fence, 0]] : []),
    started_at: now,
  }
}
