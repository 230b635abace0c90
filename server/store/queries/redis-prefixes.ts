import { sql } from 'kysely'
import type { Installations, PrefixUse } from '../contract/fleet.ts'
import type { Engine } from '../engine/engine.ts'

/** One row for each prefix, renewed by whichever instance comes first: a fleet at rest writes twice a minute. */
const renewedEveryMs = 30_000
const forgottenAfterMs = 75_000

export function createPrefixes(engine: Engine): Pick<Installations, 'meetPrefix'> {
  const { now } = engine
  return {
    meetPrefix: (prefix, label) =>
      engine.run(async (db) => {
        await db
          .insertInto('redis_prefix')
          .values({ prefix, label, seen_at: now })
          .onConflict((conflict) =>
            conflict
              .column('prefix')
              .doUpdateSet({ label, seen_at: now })
              .where(sql<boolean>`redis_prefix.seen_at <= ${now} - cast(${renewedEveryMs} as bigint)`),
          )
          .execute()
        const { rows } = await sql<PrefixUse>`
          select prefix, label from ${engine.table('redis_prefix')}
          where prefix <> ${prefix} and seen_at > ${now} - cast(${forgottenAfterMs} as bigint)
          order by prefix`.execute(db)
        return rows
      }),
  }
}
