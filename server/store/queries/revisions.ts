import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { newId } from '../../base/index.ts'
import type { RevisionRow, Revisions } from '../contract/fleet.ts'
import type { Engine } from '../engine/engine.ts'
import type { Schema } from '../schema.ts'

export function createRevisions(engine: Engine): Revisions {
  return {
    list: () =>
      engine.run((db) =>
        db.selectFrom('revision').select(['name', 'counter', 'nonce']).orderBy('name').execute(),
      ),
  }
}

/**
 * Increments the revision of a feed in the transaction that changes its data. Call it last in the transaction: it locks
 * a row for which every other writer of the feed waits.
 */
export async function incrementRevision(
  trx: Transaction<Schema>,
  name: RevisionRow['name'],
): Promise<RevisionRow> {
  return trx
    .updateTable('revision')
    .set({ counter: sql<number>`counter + 1`, nonce: newId() })
    .where('name', '=', name)
    .returning(['name', 'counter', 'nonce'])
    .executeTakeFirstOrThrow()
}
