import type { Transaction } from 'kysely'
import type { RememberedRun, RunRow } from '../../contract/runs.ts'
import type { MessageRow } from '../../contract/chats.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Schema } from '../../schema.ts'
import { runColumns, toRun } from './run-row.ts'

/**
 * What a live owner remembers of a run that the store no longer knows, in one transaction: chat, question, placeholder,
 * run. What is there stays as it is; what somebody has deleted stays deleted.
 */
export function writeRunAnew(engine: Engine, remembered: RememberedRun): Promise<RunRow | undefined> {
  return engine.transaction(async (trx) => {
    const { run, path } = remembered
    const user = await trx
      .selectFrom('account')
      .select(engine.now.as('now'))
      .where('id', '=', run.userId)
      .executeTakeFirst()
    if (!user || !(await takeChat(trx, remembered, user.now))) return undefined
    const { now } = user
    if (await someDeleted(trx, [...path.map(({ id }) => id), run.messageId])) return undefined
    await trx
      .insertInto('message')
      .values([...path, placeholder(remembered, now)].map(messageValues))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
    await trx
      .updateTable('message')
      .set({ status: 'running', meta: '{}', model: run.model })
      .where('id', '=', run.messageId)
      .execute()
    await moveLeaf(trx, remembered)
    return insertRun(trx, remembered, now)
  })
}

/** False: deleted, or another person's. */
async function takeChat(
  trx: Transaction<Schema>,
  { run, title }: RememberedRun,
  now: number,
): Promise<boolean> {
  await trx
    .insertInto('chat')
    .values({
      id: run.chatId,
      user_id: run.userId,
      title,
      title_key: title.toLowerCase(),
      title_by: 'words',
      model: run.model,
      current_id: null,
      pinned: false,
      archived: false,
      folder: null,
      tags: '[]',
      share_id: null,
      created_at: run.startedAt,
      updated_at: now,
      answered_at: 0,
      read_at: 0,
      deleted_at: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  const chat = await trx
    .selectFrom('chat')
    .select(['user_id', 'deleted_at'])
    .where('id', '=', run.chatId)
    .executeTakeFirst()
  return chat?.user_id === run.userId && chat.deleted_at === null
}

async function someDeleted(trx: Transaction<Schema>, ids: string[]): Promise<boolean> {
  const deleted = await trx
    .selectFrom('message')
    .select('id')
    .where('id', 'in', ids)
    .where('deleted_at', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return deleted !== undefined
}

function placeholder({ run, path }: RememberedRun, now: number): MessageRow {
  return {
    id: run.messageId,
    chatId: run.chatId,
    parentId: run.parentId,
    role: 'assistant',
    text: '',
    status: 'running',
    model: run.model,
    // After its question, whatever the clock did.
    createdAt: Math.max(now, (path.at(-1)?.createdAt ?? 0) + 1),
    meta: {},
    run: null,
  }
}

function messageValues(message: MessageRow): Schema['message'] {
  return {
    id: message.id,
    chat_id: message.chatId,
    parent_id: message.parentId,
    role: message.role,
    text: message.text,
    status: message.status,
    model: message.model,
    meta: JSON.stringify(message.meta),
    created_at: message.createdAt,
    deleted_at: null,
    deleted_with: null,
  }
}

/** The question had moved the leaf; where the chat has gone on elsewhere meanwhile, it stays there. */
async function moveLeaf(trx: Transaction<Schema>, { run, path }: RememberedRun): Promise<void> {
  await trx
    .updateTable('chat')
    .set({ current_id: run.messageId })
    .where('id', '=', run.chatId)
    .where((where) =>
      where.or([
        where('current_id', 'is', null),
        where(
          'current_id',
          'in',
          path.map(({ id }) => id),
        ),
      ]),
    )
    .execute()
}

/** Undefined: another run has begun on this branch since. */
async function insertRun(
  trx: Transaction<Schema>,
  { run }: RememberedRun,
  now: number,
): Promise<RunRow | undefined> {
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
      stop: run.stop,
      // Its text is saved by the owner as any other: from the beginning.
      saved: 0,
      saved_at: now,
      saved_fence: 0,
      saved_seq: 0,
      starts: '[]',
      started_at: run.startedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning([...runColumns])
    .executeTakeFirst()
  return row && toRun(row)
}
