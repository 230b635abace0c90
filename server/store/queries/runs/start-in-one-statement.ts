import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { cleanText } from '../../../base/index.ts'
import type { StartOutcome, StartRun } from '../../contract/runs.ts'
import type { Engine } from '../../engine/engine.ts'
import { UniqueViolation } from '../../engine/store-errors.ts'
import { runColumnsOfR, toRun } from './run-row.ts'
import type { StoredRun } from './run-row.ts'

export type OneStatementStart = StartRun & { form: Exclude<StartRun['form'], { kind: 'continue' }> }
type MessageForm = Extract<StartRun['form'], { kind: 'message' }>

/**
 * Starts a run in one statement, and so in one round trip, on PostgreSQL. Undefined if the start is refused: nothing
 * was written, and `startRun` finds out why. The statement locks chat and parent, because it sees the current state
 * only of rows that it locks; unique indexes prevent a second start with the same client id or on the same branch.
 */
export async function startInOneStatement(
  engine: Engine,
  input: OneStatementStart,
): Promise<Extract<StartOutcome, { kind: 'started' }> | undefined> {
  const { form, userId, clientId, runId } = input
  const statement = sql<StoredRun>`
    with clock as materialized (select ${engine.now} as now),
    ${placeCte(engine, input)},
    request as (
      insert into ${engine.table('run_request')} (user_id, client_id, chat_id, user_message_id, message_id, run_id)
      select ${userId}, ${clientId}, p.chat_id, p.branch, ${form.answerId}, ${runId} from place p
      on conflict (user_id, client_id) do nothing returning chat_id, user_message_id as branch
    ),
    ${chatCte(engine, input)},
    ${messageCtes(engine, input)},
    made as (
      insert into ${engine.table('run')} as r
        (id, chat_id, message_id, user_id, parent_id, model, status, owner, fence, stop, saved_at, started_at)
      select ${runId}, q.chat_id, ${form.answerId}, ${userId}, q.branch, ${input.model}, 'running', ${input.owner},
        clock.now, ${input.stop}::boolean, clock.now, clock.now
      from request q, clock
      returning ${runColumnsOfR}
    )
    select ${runColumnsOfR} from made r`
  try {
    const { rows } = await engine.run((db) => statement.execute(db))
    const run = rows[0] && toRun(rows[0])
    if (!run) return undefined
    const ids = { chatId: run.chatId, userMessageId: run.parentId, messageId: run.messageId, runId }
    return { kind: 'started', ids, run, newChat: form.kind === 'message' && form.newChatTitle !== null }
  } catch (error) {
    // The branch is busy, or the id of the new chat is taken.
    if (error instanceof UniqueViolation) return undefined
    throw error
  }
}

/** Selects the chat and the message to answer; no row if the start is refused. */
function placeCte(engine: Engine, { form, userId }: OneStatementStart): RawBuilder<unknown> {
  const [chat, message] = [engine.table('chat'), engine.table('message')]
  if (form.kind === 'message') {
    const branch = sql`${form.userMessageId}::text as branch`
    if (form.newChatTitle !== null) {
      const alone = sql`${form.parentId}::text is null`
      return sql`place as materialized (select ${form.chatId}::text as chat_id, ${branch} where ${alone})`
    }
    const held = sql`held as materialized (
      select c.id from ${chat} c where c.id = ${form.chatId} and c.user_id = ${userId} and c.deleted_at is null for update)`
    if (form.parentId === null) return sql`${held}, place as (select h.id as chat_id, ${branch} from held h)`
    return sql`${held}, place as materialized (
      select h.id as chat_id, ${branch} from held h join ${message} m on m.chat_id = h.id
      where m.id = ${cleanText(form.parentId)} and m.deleted_at is null and m.status <> 'running' for share of m)`
  }
  return sql`held as materialized (
      select c.id from ${message} m join ${chat} c on c.id = m.chat_id
      where m.id = ${cleanText(form.of)} and c.user_id = ${userId} and c.deleted_at is null for update of c),
    place as materialized (
      select h.id as chat_id, m.parent_id as branch from held h join ${message} m on m.chat_id = h.id
      where m.id = ${cleanText(form.of)} and m.deleted_at is null and m.role = 'assistant' and m.parent_id is not null
      for share of m)`
}

function chatCte(engine: Engine, { form, userId, model }: OneStatementStart): RawBuilder<unknown> {
  const chat = engine.table('chat')
  if (form.kind === 'message' && form.newChatTitle !== null) {
    const title = cleanText(form.newChatTitle)
    return sql`made_chat as (
      insert into ${chat} (id, user_id, title, title_by, model, current_id, created_at, updated_at)
      select q.chat_id, ${userId}, ${title}, 'words', ${model}, ${form.answerId}, clock.now, clock.now
      from request q, clock)`
  }
  return sql`moved_chat as (
    update ${chat} c set current_id = ${form.answerId}, updated_at = clock.now, model = ${model}
    from request q, clock where c.id = q.chat_id)`
}

function messageCtes(engine: Engine, { form, model }: OneStatementStart): RawBuilder<unknown> {
  const into = sql`insert into ${engine.table('message')} (id, chat_id, parent_id, role, text, said, status, model, created_at)`
  const question = (asked: MessageForm): RawBuilder<unknown> => sql`question as (
    ${into} select ${asked.userMessageId}, q.chat_id, ${asked.parentId}, 'user', ${cleanText(asked.text)}, ${cleanText(asked.text)}, 'done', null, clock.now
    from request q, clock),`
  // Later than its question, because a chat's messages are ordered by time and then by id.
  const later = form.kind === 'message' ? sql`clock.now + 1` : sql`clock.now`
  return sql`${form.kind === 'message' ? question(form) : sql``} answer as (
    ${into} select ${form.answerId}, q.chat_id, q.branch, 'assistant', '', null, 'running', ${model}, ${later}
    from request q, clock)`
}
