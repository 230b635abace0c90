import type { Transaction } from 'kysely'
import { cleanText } from '../../../base/index.ts'
import type { RunIds, StartOutcome, StartRun } from '../../contract/runs.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Schema } from '../../schema.ts'
import { startInOneStatement } from './start-in-one-statement.ts'
import { lockChatOfMessage, findMessage, createOrLockChat } from './start-lookups.ts'
import type { LockedChat } from './start-lookups.ts'
import { writeStart } from './start-write.ts'
import type { NewRun } from './start-write.ts'

type Refusal = Exclude<StartOutcome['kind'], 'started' | 'repeated'>

/** Thrown to roll the transaction back. */
class Refused extends Error {
  readonly kind: Refusal | 'repeated'

  constructor(kind: Refused['kind']) {
    super(kind)
    this.kind = kind
  }
}

/**
 * Writes everything that a new answer needs, in one transaction that locks the chat, or in one statement if the engine
 * can and nothing refuses the start. A repeated client id is detected by an insert that does nothing, after which the
 * first request's ids are read; two simultaneous requests wait for each other at that insert.
 */
export async function startRun(engine: Engine, input: StartRun): Promise<StartOutcome> {
  const { form } = input
  // Continuing an answer needs its text's length in UTF-16 units, which SQL counts differently.
  if (engine.kind === 'postgres' && form.kind !== 'continue') {
    const started = await startInOneStatement(engine, { ...input, form })
    if (started) return started
  }
  try {
    return await engine.transaction((trx) => start(engine, trx, input))
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    // Checked after any refusal, because the second of two equal requests may be refused for what the first one wrote.
    const ids = await findRequest(engine, input)
    if (ids) return { kind: 'repeated', ids }
    if (error.kind === 'repeated')
      throw new Error('a request that had just been stored was not found', { cause: error })
    return { kind: error.kind }
  }
}

async function start(engine: Engine, trx: Transaction<Schema>, input: StartRun): Promise<StartOutcome> {
  const { form } = input
  const run =
    form.kind === 'message'
      ? await planMessage(engine, trx, { ...input, form })
      : await planFromAnswer(engine, trx, { ...input, form })
  const written = await writeStart(engine, trx, { ...run, input })
  if (written.kind === 'refused') throw new Refused(written.by)
  const newChat = form.kind === 'message' && form.newChatTitle !== null
  return { kind: 'started', ids: run.ids, run: written.run, newChat }
}

type Form<Kind> = StartRun & { form: Extract<StartRun['form'], { kind: Kind }> }
type Plan = Omit<NewRun, 'input'>

async function planMessage(engine: Engine, trx: Transaction<Schema>, input: Form<'message'>): Promise<Plan> {
  const { form, userId, model } = input
  const newTitle = form.newChatTitle === null ? null : cleanText(form.newChatTitle)
  const chat = await createOrLockChat(engine, trx, { id: form.chatId, userId, model, newTitle })
  if (!chat) throw new Refused('chat-missing')
  if (form.parentId !== null) {
    const parent = await findMessage(trx, chat, form.parentId)
    if (!parent) throw new Refused('parent-missing')
    if (parent.status === 'running') throw new Refused('branch-busy')
  }
  return {
    ids: {
      chatId: chat.id,
      userMessageId: form.userMessageId,
      messageId: form.answerId,
      runId: input.runId,
    },
    question: { id: form.userMessageId, parentId: form.parentId, text: cleanText(form.text) },
    answer: 'new',
    fence: chat.now,
    now: chat.now,
    text: '',
  }
}

async function planFromAnswer(
  engine: Engine,
  trx: Transaction<Schema>,
  input: Form<'regenerate' | 'continue'>,
): Promise<Plan> {
  const { form, userId, runId } = input
  const chat = await lockChatOfMessage(engine, trx, { messageId: form.of, userId })
  const of = chat && (await findMessage(trx, chat, form.of))
  if (!chat || !of || of.role !== 'assistant') throw new Refused('parent-missing')
  const { now } = chat
  const ids = (messageId: string): RunIds => ({
    chatId: chat.id,
    userMessageId: of.parent_id ?? of.id,
    messageId,
    runId,
  })
  if (form.kind === 'regenerate') {
    if (of.parent_id === null) throw new Refused('parent-missing')
    return { ids: ids(form.answerId), question: null, answer: 'new', fence: now, now, text: '' }
  }
  if (of.status === 'running') throw new Refused('branch-busy')
  const fence = Math.max(now, (await lastFence(trx, chat, of.id)) + 1)
  return { ids: ids(of.id), question: null, answer: 'continued', fence, now, text: of.text }
}

/** The new run needs a higher fence than earlier runs of this message, even if the clock went back. */
async function lastFence(trx: Transaction<Schema>, chat: LockedChat, messageId: string): Promise<number> {
  const row = await trx
    .selectFrom('run')
    .select((eb) => eb.fn.max('fence').as('fence'))
    .where('message_id', '=', messageId)
    .where('chat_id', '=', chat.id)
    .executeTakeFirst()
  return row?.fence ?? 0
}

function findRequest(engine: Engine, { userId, clientId }: StartRun): Promise<RunIds | undefined> {
  return engine.run((db) =>
    db
      .selectFrom('run_request')
      .select([
        'chat_id as chatId',
        'user_message_id as userMessageId',
        'message_id as messageId',
        'run_id as runId',
      ])
      .where('user_id', '=', userId)
      .where('client_id', '=', clientId)
      .executeTakeFirst(),
  )
}
