import { randomBytes } from 'node:crypto'
import type { Clock } from '../../base/index.ts'
import type { Engine } from './engine.ts'
import type { StoreTroubles } from './store-troubles.ts'

/** Enough that a full disk cannot take it, in text that does not shrink when it is compressed. */
const probeBytes = 48 * 1024
/** Each probe that succeeds is written; none is needed more often. */
const everyMs = 5000

/**
 * Whether a store that refused writes takes them again. Nothing is written unless one was refused: then, now and then,
 * a row that nobody reads, which is removed at once.
 */
export function createWriteProbe(engine: Engine, troubles: StoreTroubles, clock: Clock): () => Promise<void> {
  let last = Number.NEGATIVE_INFINITY
  return async () => {
    if (!troubles.has('writes') || clock.monotonic() - last < everyMs) return
    last = clock.monotonic()
    const facts = randomBytes(probeBytes).toString('base64')
    try {
      await engine.run(async (db) => {
        const row = { id: 'write-probe', facts, beat_at: 0 }
        await db
          .insertInto('instance')
          .values(row)
          .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
          .execute()
        await db.deleteFrom('instance').where('id', '=', row.id).execute()
      })
      troubles.over('writes')
    } catch {
      // The engine has noted why.
    }
  }
}
