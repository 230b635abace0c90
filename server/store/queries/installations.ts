import { sql } from 'kysely'
import { newId } from '../../base/index.ts'
import type { Installations, PrefixUse } from '../contract/fleet.ts'
import type { Engine } from '../engine/engine.ts'
import { changeSecret } from './change-secret.ts'

/** `agreed` receives the secret that all instances use from then on. */
export function createInstallations(engine: Engine, agreed: (secret: string) => void): Installations {
  return {
    ...createPrefixes(engine),
    register: (secretFingerprint) =>
      engine.run(async (db) => {
        const row = await db
          .insertInto('installation')
          .values({ one: 1, id: newId(), secret_fingerprint: secretFingerprint, secret: null })
          .onConflict((conflict) =>
            conflict.column('one').doUpdateSet({
              secret_fingerprint: sql<string>`coalesce(installation.secret_fingerprint, excluded.secret_fingerprint)`,
            }),
          )
          .returning(['id', 'secret_fingerprint'])
          .executeTakeFirstOrThrow()
        const installation = { id: row.id, secretFingerprint: row.secret_fingerprint ?? '' }
        const kind = installation.secretFingerprint === secretFingerprint ? 'met' : 'mismatch'
        return { kind, installation }
      }),
    changeSecret: (change) => changeSecret(engine, change),
    agreeOnSecret: (candidate) =>
      engine.run(async (db) => {
        const row = await db
          .insertInto('installation')
          .values({ one: 1, id: newId(), secret_fingerprint: null, secret: candidate })
          .onConflict((conflict) =>
            conflict
              .column('one')
              .doUpdateSet({ secret: sql<string>`coalesce(installation.secret, excluded.secret)` }),
          )
          .returning('secret')
          .executeTakeFirstOrThrow()
        const secret = row.secret ?? candidate
        agreed(secret)
        return secret
      }),
  }
}

/** The row of a prefix is renewed by the first instance that finds it this old: an idle fleet writes twice a minute. */
const renewAfterMs = 25_000
const forgottenAfterMs = 75_000

function createPrefixes(engine: Engine): Pick<Installations, 'registerPrefix'> {
  const { now } = engine
  return {
    registerPrefix: (prefix, label) =>
      engine.run(async (db) => {
        const { rows } = await sql<PrefixUse & { ageMs: number | string }>`
          select prefix, label, ${now} - seen_at as "ageMs" from ${engine.table('redis_prefix')}
          where seen_at > ${now} - cast(${forgottenAfterMs} as bigint)
          order by prefix`.execute(db)
        const mine = rows.find((row) => row.prefix === prefix)
        if (!mine || Number(mine.ageMs) >= renewAfterMs) {
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
