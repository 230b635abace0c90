import { sql } from 'kysely'
import { cleanText } from '../../base/index.ts'
import type { InstanceFacts, Instances } from '../contract/fleet.ts'
import type { Engine } from '../engine/engine.ts'

const dayMs = 86_400_000

export function createInstances(engine: Engine): Instances {
  return {
    beat: (incarnation, facts, leaseMs) => {
      const beat = { incarnation, facts: cleanText(facts), leaseMs }
      return engine.kind === 'postgres' ? beatInOneStatement(engine, beat) : beatInTwo(engine, beat)
    },
    leave: (incarnation) =>
      engine.run(async (db) => {
        await db.deleteFrom('instance').where('id', '=', incarnation).execute()
      }),
    recent: (withinMs) =>
      engine.run(async (db) =>
        db
          .selectFrom('instance')
          .select(['id as incarnation', 'facts', 'beat_at as beatAt'])
          .where('beat_at', '>', sql<number>`${engine.now} - ${sql.lit(withinMs)}`)
          .execute(),
      ),
    prune: () =>
      engine.run(async (db) => {
        await db
          .deleteFrom('instance')
          .where('beat_at', '<', sql<number>`${engine.now} - ${sql.lit(dayMs)}`)
          .execute()
      }),
  }
}

interface Beat {
  incarnation: string
  facts: string
  leaseMs: number
}

function beatInOneStatement(engine: Engine, { incarnation, facts, leaseMs }: Beat): Promise<InstanceFacts[]> {
  const instance = engine.table('instance')
  return engine.run(async (db) => {
    const { rows } = await sql<InstanceFacts>`
      with mine as (
        insert into ${instance} as i (id, facts, beat_at) values (${incarnation}, ${facts}, ${engine.now})
        on conflict (id) do update set facts = excluded.facts, beat_at = ${engine.now}
        returning i.id, i.facts, i.beat_at
      )
      select id as incarnation, facts, beat_at as "beatAt" from mine
      union all
      select id, facts, beat_at from ${instance}
        where id <> ${incarnation} and beat_at > ${engine.now} - ${leaseMs}::bigint`.execute(db)
    return rows
  })
}

// For SQLite, which allows no `insert` in a `with` clause. Its statements need no round trip: it is in this process.
function beatInTwo(engine: Engine, { incarnation, facts, leaseMs }: Beat): Promise<InstanceFacts[]> {
  return engine.transaction(async (trx) => {
    await trx
      .insertInto('instance')
      .values({ id: incarnation, facts, beat_at: engine.now })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ facts, beat_at: engine.now }))
      .execute()
    return trx
      .selectFrom('instance')
      .select(['id as incarnation', 'facts', 'beat_at as beatAt'])
      .where('beat_at', '>', sql<number>`${engine.now} - ${leaseMs}`)
      .execute()
  })
}
