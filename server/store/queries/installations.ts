import { sql } from 'kysely'
import { newId } from '../../base/index.ts'
import type { Installations } from '../contract/fleet.ts'
import type { Engine } from '../engine/engine.ts'
import { changeSecret } from './change-secret.ts'
import { createPrefixes } from './redis-prefixes.ts'

/** `agreed` hears the secret that all instances use from now on. */
export function createInstallations(engine: Engine, agreed: (secret: string) => void): Installations {
  return {
    ...createPrefixes(engine),
    meet: (secretFingerprint) =>
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
