import { randomBytes } from 'node:crypto'
import type { Clock } from '../../base/index.ts'
import type { Engine } from './engine.ts'
import type { StoreTroubles } from './store-troubles.ts'

/** Large enough to fail on a full disk; the random text does not shrink when the database compresses it. */
const probeBytes = 48 * 1024
/** Minimum time between two probes, ms, because each successful probe is really written. */
const minIntervalMs = 5000

/**
 * Returns a function that checks whether a store that refused writes accepts them again, by writing a row that it
 * deletes at once. It writes nothing unless a write was refused before.
 */
export function createWriteProbe(engine: Engine, troubles: StoreTroubles, clock: Clock): () => Promise<void> {
  let last = Number.NEGATIVE_INFINITY
  return async () => {
    if (!troubles.has('writes') || clock.monotonic() - last < minIntervalMs) return
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
      troubles.resolve('writes')
    } catch {
      // The engine has reported the error to `troubles`.
    }
  }
}
