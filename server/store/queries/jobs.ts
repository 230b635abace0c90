import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { cleanText } from '../../base/index.ts'
import type { JobRow, Jobs } from '../contract/fleet.ts'
import { valueList } from '../engine/engine.ts'
import type { Engine } from '../engine/engine.ts'
import { UniqueViolation } from '../engine/store-errors.ts'

export function createJobs(engine: Engine): Jobs {
  return {
    add: ({ id, kind, key, payload, inMs }) =>
      engine.run(async (db) => {
        await db
          .insertInto('job')
          .values({
            id,
            kind,
            key: cleanText(key),
            payload: cleanText(payload),
            run_at: fromNow(engine, inMs),
          })
          // A waiting job with this key already does the same work.
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      }),
    claim: (input) => claim(engine, input),
    extend: (id, fence, about) => extend(engine, { id, fence, ...about }),
    finish: (id, fence) =>
      engine.run(async (db) => {
        const row = await db
          .deleteFrom('job')
          .where('id', '=', id)
          .where('fence', '=', fence)
          .where('state', '=', 'claimed')
          .returning('id')
          .executeTakeFirst()
        return row !== undefined
      }),
    fail: (id, fence, error, retryInMs) => fail(engine, { id, fence, error: cleanText(error), retryInMs }),
    prune: (before, limit) =>
      engine.run(async (db) => {
        const deleted = await db
          .deleteFrom('job')
          .where('id', 'in', (eb) =>
            eb
              .selectFrom('job')
              .select('id')
              .where('state', '=', 'dead')
              .where('run_at', '<', before)
              .limit(limit),
          )
          .returning('id')
          .execute()
        return deleted.length
      }),
  }
}

/** Claims jobs that are due, and claimed jobs whose lease has expired. */
function claim(
  engine: Engine,
  { me, kinds, limit, leaseMs }: Parameters<Jobs['claim']>[0],
): Promise<JobRow[]> {
  const { now } = engine
  const job = engine.table('job')
  return engine.run(async (db) => {
    const { rows } = await sql<JobRow>`
      with pick as materialized (
        select j.id as picked from ${job} j
        where j.state <> 'dead' and j.kind in ${valueList(kinds)}
          and ((j.state = 'waiting' and j.run_at <= ${now}) or (j.state = 'claimed' and j.claimed_until <= ${now}))
        order by j.run_at, j.id limit ${limit} ${engine.skipLocked('j')}
      )
      update ${job} as j set state = 'claimed', owner = ${me}, attempts = j.attempts + 1,
        fence = ${engine.greatest(sql`j.fence + 1`, now)}, claimed_until = ${now} + cast(${leaseMs} as bigint)
      from pick where j.id = pick.picked
      returning id, kind, payload, attempts, fence, progress`.execute(db)
    return rows
  })
}

interface Extension {
  id: string
  fence: number
  leaseMs: number
  progress?: string
}

function extend(engine: Engine, { id, fence, leaseMs, progress }: Extension): Promise<boolean> {
  return engine.run(async (db) => {
    const row = await db
      .updateTable('job')
      .set({
        claimed_until: fromNow(engine, leaseMs),
        ...(progress !== undefined && { progress: cleanText(progress), attempts: 1 }),
      })
      .where('id', '=', id)
      .where('fence', '=', fence)
      .where('state', '=', 'claimed')
      .returning('id')
      .executeTakeFirst()
    return row !== undefined
  })
}

function fromNow({ now }: Engine, ms: number): RawBuilder<number> {
  return sql<number>`${now} + cast(${Math.round(ms)} as bigint)`
}

interface Failure {
  id: string
  fence: number
  error: string
  retryInMs: number | null
}

function fail(engine: Engine, { id, fence, error, retryInMs }: Failure): Promise<boolean> {
  return engine.run(async (db) => {
    const claimed = { id, fence }
    try {
      const row = await db
        .updateTable('job')
        .set(
          retryInMs === null
            ? { state: 'dead', error }
            : { state: 'waiting', error, run_at: fromNow(engine, retryInMs) },
        )
        .where('id', '=', claimed.id)
        .where('fence', '=', claimed.fence)
        .where('state', '=', 'claimed')
        .returning('id')
        .executeTakeFirst()
      return row !== undefined
    } catch (problem) {
      if (!(problem instanceof UniqueViolation)) throw problem
      // The same work was queued again while this job ran: the new job serves as the retry.
      const { numDeletedRows } = await db
        .deleteFrom('job')
        .where('id', '=', claimed.id)
        .where('fence', '=', claimed.fence)
        .executeTakeFirst()
      return numDeletedRows > 0n
    }
  })
}
