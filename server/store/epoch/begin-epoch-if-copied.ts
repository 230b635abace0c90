import type { Transaction } from 'kysely'
import { newId } from '../../base/index.ts'
import type { EpochCounts } from '../contract/epochs.ts'
import type { Engine } from '../engine/engine.ts'
import type { Schema } from '../schema.ts'
import { beginEpoch } from './begin-epoch.ts'
import { placeOf, samePlace } from './place-of.ts'

/**
 * Begins a new epoch if the store was copied, which shows in a stored place that is not the current one. Called
 * whenever the store is opened, before anything else reads it. If several instances open it at the same time, they wait
 * for each other, and only one of them begins the epoch.
 */
export async function beginEpochIfCopied(
  engine: Engine,
  { dataDir, warn }: { dataDir: string; warn: (sentence: string) => void },
): Promise<void> {
  const place = await placeOf(engine, dataDir)
  const known = await engine.run((db) => db.selectFrom('epoch').select('place').executeTakeFirst())
  if (known && known.place === place) return
  const counts = await engine.transaction((trx) => recordPlace(engine, trx, place))
  if (counts) warn(copiedSentence(engine.kind, counts))
}

async function recordPlace(
  engine: Engine,
  trx: Transaction<Schema>,
  place: string,
): Promise<EpochCounts | undefined> {
  await trx
    .insertInto('epoch')
    .values({ one: 1, id: newId(), begun_at: engine.now, reason: 'first', place })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  // Locks the row and reads what another instance may have written first.
  const now = await trx
    .updateTable('epoch')
    .set((eb) => ({ one: eb.ref('one') }))
    .returning('place')
    .executeTakeFirstOrThrow()
  if (!samePlace(now.place, place)) return beginEpoch(engine, trx, { reason: 'copied', place })
  // A partly unknown place does not replace a better known one.
  if (now.place === null || !place.includes('?')) await trx.updateTable('epoch').set({ place }).execute()
  return undefined
}

function copiedSentence(kind: Engine['kind'], { runs, sessions, apiKeys, jobs }: EpochCounts): string {
  const seen =
    kind === 'postgres'
      ? 'this database is a copy: the data was last used in another database'
      : 'the data folder is a copy: shoal.db is not the file that was used last'
  return `${seen}. A copy starts inactive: ${runs} unfinished answers were interrupted, ${sessions} sessions were ended, and ${apiKeys} API keys and ${jobs} background jobs are suspended until you run \`shoal store confirm\``
}
