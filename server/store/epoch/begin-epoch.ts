import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { newId } from '../../base/index.ts'
import { visibleText } from '../../../protocol/index.ts'
import type { EpochCounts, EpochReason } from '../contract/epochs.ts'
import type { Engine } from '../engine/engine.ts'
import { incrementRevision } from '../queries/revisions.ts'
import type { Schema } from '../schema.ts'

export interface NewEpoch {
  reason: EpochReason
  /** Identifies where the store is now; see place-of.ts. */
  place: string | null
}

/** Kinds of jobs that only change the store, so that a copy may run them. */
const housekeeping = ['prune', 'fill-said', 'index-messages']

/** Begins a new epoch in this transaction and stops everything that a copy must not do by itself. */
export async function beginEpoch(
  engine: Engine,
  trx: Transaction<Schema>,
  { reason, place }: NewEpoch,
): Promise<EpochCounts> {
  const row = { one: 1, id: newId(), begun_at: engine.now, reason, place }
  await trx
    .insertInto('epoch')
    .values(row)
    .onConflict((conflict) => conflict.column('one').doUpdateSet(row))
    .execute()
  const counts = {
    ...(await stopWork(engine, trx)),
    sessions: await endSessions(engine, trx),
    apiKeys: await suspendApiKeys(engine, trx),
  }
  // Last, because every other writer of a feed waits for these rows.
  for (const name of ['connections', 'revocations', 'settings'] as const) await incrementRevision(trx, name)
  return counts
}

/** Stops everything that would send requests to a provider: ends unfinished answers and suspends jobs. */
export async function stopWork(
  engine: Engine,
  trx: Transaction<Schema>,
): Promise<Pick<EpochCounts, 'runs' | 'jobs'>> {
  return { runs: await interruptRuns(engine, trx), jobs: await suspendJobs(engine, trx) }
}

/** Ends every unfinished answer with its saved text. The higher fence refuses an instance that is still writing one. */
async function interruptRuns(engine: Engine, trx: Transaction<Schema>): Promise<number> {
  const { now } = engine
  const run = engine.table('run')
  const running = sql`(select id from ${run} where status = 'running')`
  const { rows } = await sql<{ message_id: string; text: string }>`
    select r.message_id, ${engine.joinedParts(sql`r.id`)} as text from ${run} r where r.status = 'running'`.execute(
    trx,
  )
  for (const { message_id: id, text } of rows) {
    await trx
      .updateTable('message')
      .set({ status: 'interrupted', text, said: visibleText(text) })
      .where('id', '=', id)
      .execute()
  }
  await sql`update ${engine.table('chat')} as c
    set answered_at = ${engine.greatest(now, sql`c.read_at + 1`)}, updated_at = ${now}
    from ${run} r where r.chat_id = c.id and r.status = 'running'`.execute(trx)
  await sql`delete from ${engine.table('run_part')} where run_id in ${running}`.execute(trx)
  const fence = engine.greatest(sql`fence + 1`, now)
  const ended = await trx
    .updateTable('run')
    .set({ status: 'interrupted', owner: '', saved_fence: sql<number>`fence`, fence })
    .where('status', '=', sql.lit('running'))
    .executeTakeFirst()
  return Number(ended.numUpdatedRows)
}

async function endSessions(engine: Engine, trx: Transaction<Schema>): Promise<number> {
  const ended = await trx
    .updateTable('session')
    .set({ ended_at: engine.now })
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return Number(ended.numUpdatedRows)
}

async function suspendApiKeys(engine: Engine, trx: Transaction<Schema>): Promise<number> {
  const suspended = await trx
    .updateTable('api_key')
    .set({ suspended_at: engine.now })
    .where('suspended_at', 'is', null)
    .executeTakeFirst()
  // Revocations name only users, so that the caches drop all API keys of these users.
  await trx
    .updateTable('account')
    .set({ access_changed_at: engine.now })
    .where('id', 'in', (eb) => eb.selectFrom('api_key').select('user_id'))
    .execute()
  return Number(suspended.numUpdatedRows)
}

async function suspendJobs(engine: Engine, trx: Transaction<Schema>): Promise<number> {
  const suspended = await trx
    .updateTable('job')
    .set({
      state: 'suspended',
      owner: '',
      claimed_until: 0,
      fence: engine.greatest(sql`fence + 1`, engine.now),
    })
    .where('state', 'in', ['waiting', 'claimed'])
    .where('kind', 'not in', housekeeping)
    .executeTakeFirst()
  return Number(suspended.numUpdatedRows)
}
