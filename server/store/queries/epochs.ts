import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import type { Epochs, EpochReason, EpochView } from '../contract/epochs.ts'
import type { Engine } from '../engine/engine.ts'
import { beginEpoch } from '../epoch/begin-epoch.ts'
import type { Schema } from '../schema.ts'
import { incrementRevision } from './revisions.ts'

export function createEpochs(engine: Engine): Epochs {
  return {
    read: () =>
      engine.run(async (db) => {
        const { rows } = await sql<{
          id: string
          begunAt: number
          reason: EpochReason
          keys: number
          jobs: number
        }>`
          select id, begun_at as "begunAt", reason,
            (select count(*) from ${engine.table('api_key')} where suspended_at is not null) as keys,
            (select count(*) from ${engine.table('job')} where state = 'suspended') as jobs
          from ${engine.table('epoch')}`.execute(db)
        const [row] = rows
        if (!row) throw new Error('the store has no epoch: it was not opened by openStore')
        const { keys, jobs, ...epoch } = row
        return { ...epoch, unconfirmed: { apiKeys: keys, jobs } }
      }),
    begin: (reason) =>
      engine.transaction(async (trx) => {
        const { place } = await trx.selectFrom('epoch').select('place').executeTakeFirstOrThrow()
        return beginEpoch(engine, trx, { reason, place })
      }),
    confirm: () => engine.transaction((trx) => confirm(engine, trx)),
  }
}

async function confirm(engine: Engine, trx: Transaction<Schema>): Promise<EpochView['unconfirmed']> {
  const keys = await trx
    .updateTable('api_key')
    .set({ suspended_at: null })
    .where('suspended_at', 'is not', null)
    .executeTakeFirst()
  const job = engine.table('job')
  // The same work may have been queued again meanwhile, or be suspended from two epochs: one job of each is enough.
  await sql`delete from ${job} as j where j.state = 'suspended' and exists (
    select 1 from ${job} o where o.kind = j.kind and o.key = j.key
      and (o.state = 'waiting' or (o.state = 'suspended' and o.id > j.id)))`.execute(trx)
  const jobs = await trx
    .updateTable('job')
    .set({ state: 'waiting' })
    .where('state', '=', 'suspended')
    .executeTakeFirst()
  await incrementRevision(trx, 'revocations')
  return { apiKeys: Number(keys.numUpdatedRows), jobs: Number(jobs.numUpdatedRows) }
}
