import { sql } from 'kysely'
import type { Installations, PrefixUse } from '../contract/fleet.ts'
import type { Engine } from '../engine/engine.ts'

/** One row for each prefix, renewed by whichever instance comes first: a fleet at rest writes about twice a minute. */
const renewedEveryMs = 25_000
const forgottenAfterMs = 75_000

export function createPrefixes(engine: Engine): Pick<Installations, 'meetPrefix'> {
  const { now } = engine
  return {
    meetPrefix: (prefix, label) =>
      engine.run(async (db) => {
        const { rows } = await sql<PrefixUse & { ageMs: number | string }>`
          select prefix, label, ${now} - seen_at as "ageMs" from ${engine.table('redis_prefix')}
          where seen_at > ${now} - cast(${forgottenAfterMs} as bigint)
          order by prefix`.execute(db)
        const mine = rows.find((row) => row.prefix === prefix)
        if (!mine || Number(mine.ageMs) >= renewedEveryMs) {
          const renewed = { label, seen_at: now }
          await db
            .insertInto('redis_prefix')
            .values({ prefix, ...renewed })
            .onConflict((conflict) => conflict.column('prefix').doUpdateSet(renewed))
            .execute()
        }
        return rows
          .filter((row) => row.prefix !== prefix)
          .map(({ prefix: other, label: name }) => ({ prefix: other, label: name }))
      }),
  }
}
