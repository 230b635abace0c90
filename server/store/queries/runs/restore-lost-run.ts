import type { Insertable, Transaction } from 'kysely'
import type { RememberedRun, RunRow } from '../../contract/runs.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Schema } from '../../schema.ts'
import { visibleTextOf } from '../chats/message-row.ts'
import { runColumns, toRun } from './run-row.ts'
import { createOrLockChat } from './start-lookups.ts'

/** Thrown to roll the transaction back: the run must not be restored. */
class RestoreRefused extends Error {}

/**
 * Restores a run that the store has lost from its owner's memory, in one transaction: chat, conversation, placeholder,
 * run. Existing rows are not changed, and what a user has deleted stays deleted.
 */
export async function restoreLostRun(engine: Engine, remembered: RememberedRun): Promise<RunRow | undefined> {
  try {
    return await engine.transaction((trx) => write(engine, trx, remembered))
  } catch (error) {
    if (error instanceof RestoreRefused) return undefined
    throw error
  }
}

async function write(engine: Engine, trx: Transaction<Schema>, remembered: RememberedRun): Promise<RunRow> {
  const { run, path, title } = remembered
  const account = await trx.selectFrom('account').select('id').where('id', '=', run.userId).executeTakeFirst()
  if (!account) throw new RestoreRefused()
  const taken = { id: run.chatId, userId: run.userId, model: run.model }
  const chat =
    (await createOrLockChat(engine, trx, { ...taken, newTitle: null })) ??
    (await createOrLockChat(engine, trx, { ...taken, newTitle: title }))
  if (!chat) throw new RestoreRefused()
  await writeMessages(trx, remembered, chat.now)
  await trx
    .updateTable('message')
    .set({ status: 'running', said: null, meta: '{}', model: run.model })
    .where('id', '=', run.messageId)
    .execute()
  const ids = path.map(({ id }) => id)
  // Shows the answer, unless the chat shows another branch by now.
  await trx
    .updateTable('chat')
    .set({ current_id: run.messageId })
    .where('id', '=', run.chatId)
    .where((where) => where.or([where('current_id', 'is', null), where('current_id', 'in', ids)]))
    .execute()
  return insertRun(trx, remembered, chat.now)
}

/** Writes the missing messages. If one of them was deleted, the run is not restored. */
async function writeMessages(
  trx: Transaction<Schema>,
  { run, path }: RememberedRun,
  now: number,
): Promise<void> {
  const wanted: Insertable<Schema['message']>[] = path.map((message) => ({
    id: message.id,
    chat_id: message.chatId,
    parent_id: message.parentId,
    role: message.role,
    text: message.text,
    said: visibleTextOf(message),
    status: message.status,
    model: message.model,
    meta: JSON.stringify(message.meta),
    created_at: message.createdAt,
  }))
  wanted.push({
    id: run.messageId,
    chat_id: run.chatId,
    parent_id: run.parentId,
    role: 'assistant',
    text: '',
    said: null,
    status: 'running',
    model: run.model,
    meta: '{}',
    // Later than its question, even if the clock went back.
    created_at: Math.max(now, (path.at(-1)?.createdAt ?? 0) + 1),
  })
  const there = await trx
    .selectFrom('message')
    .select(['id', 'deleted_at'])
    .where(
      'id',
      'in',
      wanted.map(({ id }) => id),
    )
    .execute()
  if (there.some(({ deleted_at: deletedAt }) => deletedAt !== null)) throw new RestoreRefused()
  const known = new Set(there.map(({ id }) => id))
  const missing = wanted.filter(({ id }) => !known.has(id))
  if (missing.length > 0) await trx.insertInto('message').values(missing).execute()
}

/** Refused if the run exists after all, or another run has begun on this branch. */
async function insertRun(trx: Transaction<Schema>, { run }: RememberedRun, now: number): Promise<RunRow> {
  const row = await trx
    .insertInto('run')
    .values({
      id: run.id,
      chat_id: run.chatId,
      message_id: run.messageId,
      user_id: run.userId,
      parent_id: run.parentId,
      model: run.model,
      status: 'running',
      owner: run.owner,
      fence: run.fence,
      attempt: run.attempt,
      deaths: run.deaths,
      furthest: run.furthest,
      stop: run.stop,
      // `saved` stays 0: the owner then saves the text from its beginning.
      saved_at: now,
      started_at: run.startedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning([...runColumns])
    .executeTakeFirst()
  if (!row) throw new RestoreRefused()
  return toRun(row)
}
