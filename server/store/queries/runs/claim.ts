import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { ClaimedRun, Runs } from '../../contract/runs.ts'
import { valueList } from '../../engine/engine.ts'
import type { Db, Engine } from '../../engine/engine.ts'
import { runColumns, toRun } from './run-row.ts'
import type { StoredRun } from './run-row.ts'

const columns = sql.raw(runColumns.join(', '))

/**
 * True if no instance is writing run `r`: its owner has no heartbeat within the lease, and the run was not saved within
 * the grace, both by the store's clock. `saved_at` is a column of the run because a statement that waits for a row's
 * lock rereads only that row afterwards, and would miss a heartbeat that was written meanwhile.
 */
function abandoned(
  engine: Engine,
  { leaseMs, graceMs }: { leaseMs: number; graceMs: number },
): RawBuilder<boolean> {
  const { now } = engine
  return sql<boolean>`(r.saved_at <= ${now} - cast(${graceMs} as bigint) and not exists (
    select 1 from ${engine.table('instance')} i
    where i.id = r.owner and i.beat_at > ${now} - cast(${leaseMs} as bigint)))`
}

/** If the text grew by this much before a death, the death does not count as an attempt (rule 13). UTF-16 units. */
const progressUnits = 512

/** The assignments with which a claim of run `r` counts a death; `died` is 1 after a death and 0 otherwise. */
function countDeath(engine: Engine, died: RawBuilder<unknown>): RawBuilder<unknown> {
  const progress = sql`r.saved >= r.furthest + ${sql.lit(progressUnits)}`
  return sql`deaths = r.deaths + ${died},
    attempt = r.attempt + case when ${died} = 0 or ${progress} then 0 else 1 end,
    furthest = case when ${died} = 0 then r.furthest else ${engine.greatest(sql`r.furthest`, sql`r.saved`)} end`
}

/** Compare-and-set on (owner, fence). A heartbeat does not protect released runs, nor the claimant's own. */
export function claim(engine: Engine, input: Parameters<Runs['claim']>[0]): ReturnType<Runs['claim']> {
  const { id, me, ownerSeen, fenceSeen, redisFence, attempts } = input
  const free = ownerSeen === '' || ownerSeen === me ? sql`1 = 1` : abandoned(engine, input)
  const seenInRedis = sql`cast(${redisFence} as bigint) + 1`
  return engine.run(async (db) => {
    const { rows } = await sql<StoredRun>`
      update ${engine.table('run')} as r
      set owner = ${me}, ${countDeath(engine, sql.lit(attempts))},
        fence = ${engine.greatest(engine.greatest(sql`r.fence + 1`, engine.now), seenInRedis)}
      where r.id = ${id} and r.owner = ${ownerSeen} and r.fence = ${fenceSeen} and r.status = 'running' and ${free}
      returning ${columns}`.execute(db)
    return (await withText(engine, db, rows))[0]
  })
}

/**
 * Claims only runs of the owners in `dead`: "the owner has no heartbeat" alone would take a run from an instance that
 * claimed it a moment ago and whose heartbeat this statement cannot see yet. Rows that another claimant has locked are
 * skipped.
 */
export function claimSome(
  engine: Engine,
  input: Parameters<Runs['claimSome']>[0],
): ReturnType<Runs['claimSome']> {
  const { me, dead, limit, first } = input
  const { now } = engine
  const run = engine.table('run')
  return engine.run(async (db) => {
    const { rows } = await sql<StoredRun>`
      with pick as materialized (
        select r.id as picked, r.owner as dead from ${run} r
        where r.status = 'running' and r.owner in ${valueList(dead)} and (r.owner = '' or ${abandoned(engine, input)})
        order by case when r.id in ${valueList(first)} then 0 else 1 end, r.fence, r.id
        limit ${limit} ${engine.skipLocked('r')}
      )
      update ${run} as r set owner = ${me}, fence = ${engine.greatest(sql`r.fence + 1`, now)},
        ${countDeath(engine, sql`(case when pick.dead = '' then 0 else 1 end)`)}
      from pick where r.id = pick.picked
      returning ${columns}`.execute(db)
    return withText(engine, db, rows)
  })
}

/**
 * Reads the texts in a second statement, because the claiming statement sees the parts as they were before its claim.
 */
async function withText(engine: Engine, db: Db, rows: StoredRun[]): Promise<ClaimedRun[]> {
  if (rows.length === 0) return []
  const { rows: texts } = await sql<{ id: string; text: string }>`
    select r.id, ${engine.joinedParts(sql`r.id`)} as text from ${engine.table('run')} r
    where r.id in ${valueList(rows.map(({ id }) => id))}`.execute(db)
  const textOf = new Map(texts.map(({ id, text }) => [id, text]))
  return rows.map((row) => ({ ...toRun(row), text: textOf.get(row.id) ?? '' }))
}
