import type { Transaction } from 'kysely'
import { newId } from '../../base/index.ts'
import type { EpochCounts } from '../contract/epochs.ts'
import type { Engine } from '../engine/engine.ts'
import type { Schema } from '../schema.ts'
import { beginEpoch } from './begin-epoch.ts'
import { placeOf, samePlace } from './place-of.ts'

/**
 * Begins a new epoch where the store was copied: it is not in the place that it remembers. Called at each opening, before
 * anything else reads. Instances that open it at the same moment wait for one another, and one of them begins it.
 */
export async function checkPlace(
  engine: Engine,
  { dataDir, warn }: { dataDir: string; warn: (sentence: string) => void },
): Promise<void> {
  const place = await placeOf(engine, dataDir)
  const known = await engine.run((db) => db.selectFrom('epoch').select('place').executeTakeFirst())
  if (known && known.place === place) return
  const counts = await engine.transaction((trx) => settle(engine, trx, place))
  if (counts) warn(copiedSentence(engine.kind, counts))
}

async function settle(
  engine: Engine,
  trx: Transaction<Schema>,
  place: string,
): Promise<EpochCounts | undefined> {
  await trx
    .insertInto('epoch')
    .values({ one: 1, id: newId(), begun_at: engine.now, reason: 'first', place })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  // Locks the row: what it says now was decided by whoever came first.
  const now = await trx
    .updateTable('epoch')
    .set((eb) => ({ one: eb.ref('one') }))
    .returning('place')
    .executeTakeFirstOrThrow()
  if (!samePlace(now.place, place)) return beginEpoch(engine, trx, { reason: 'copied', place })
  // A place that is known in part only does not replace one that is known better.
  if (now.place === null || !place.includes('?')) await trx.updateTable('epoch').set({ place }).execute()
  return undefined
}

function copiedSentence(kind: Engine['kind'], { runs, sessions, apiKeys, jobs }: EpochCounts): string {
  const seen =
    kind === 'postgres'
      ? 'this database is not the one that the data was last used in'
      : 'the data folder is a copy: shoal.db is not the file that was last used'
  return `${seen}. A copy does nothing by itself: ${runs} unfinished answers end as interrupted, ${sessions} sessions end, and ${apiKeys} API keys and ${jobs} background jobs wait until you run \`shoal store confirm\``
}
