import type { Transaction } from 'kysely'
import { cleanText } from '../../base/index.ts'
import type { RevisionRow, SettingRow, StoredSettings } from '../contract/fleet.ts'
import type { Engine } from '../engine/engine.ts'
import type { Schema } from '../schema.ts'
import { raiseRevision } from './revisions.ts'

type Written = Awaited<ReturnType<StoredSettings['write']>>

const revisionText = ({ counter, nonce }: Omit<RevisionRow, 'name'>): string => `${counter}.${nonce}`

export function createSettings(engine: Engine): StoredSettings {
  return {
    // Values and revision in one statement, so that they belong together.
    read: () =>
      engine.run(async (db) => {
        const rows = await db
          .selectFrom('revision')
          .leftJoin('setting', (join) => join.onTrue())
          .select(['revision.counter', 'revision.nonce', 'setting.name', 'setting.value'])
          .where('revision.name', '=', 'settings')
          .orderBy('setting.name')
          .execute()
        const [first] = rows
        if (!first) throw new Error('the row of the settings revision is missing from the database')
        const values = rows.flatMap(({ name, value }): SettingRow[] =>
          name === null || value === null ? [] : [{ name, value }],
        )
        return { values, revision: revisionText(first) }
      }),
    write: (input) =>
      engine.transaction(async (trx): Promise<Written> => {
        const current = await trx
          .selectFrom('revision')
          .select(['counter', 'nonce'])
          .where('name', '=', 'settings')
          .$if(engine.kind === 'postgres', (query) => query.forUpdate())
          .executeTakeFirstOrThrow()
        const revision = revisionText(current)
        if (revision !== input.basedOn) return stale(trx, revision)
        return { kind: 'written', revision: await replace(trx, input) }
      }),
  }
}

async function stale(trx: Transaction<Schema>, revision: string): Promise<Written> {
  const last = await trx
    .selectFrom('setting_change')
    .select(['changed_by', 'changed_at'])
    .where('revision', '=', revision)
    .executeTakeFirst()
  // A revision without a change is the one the database began with.
  return { kind: 'stale', by: last?.changed_by ?? '', at: last?.changed_at ?? 0, revision }
}

async function replace(
  trx: Transaction<Schema>,
  { values, by, at }: Parameters<StoredSettings['write']>[0],
): Promise<string> {
  const rows = values.map(({ name, value }) => ({ name, value: cleanText(value) }))
  await trx.deleteFrom('setting').execute()
  if (rows.length > 0) await trx.insertInto('setting').values(rows).execute()
  const revision = revisionText(await raiseRevision(trx, 'settings'))
  const names = JSON.stringify(rows.map(({ name }) => name))
  await trx.insertInto('setting_change').values({ revision, changed_by: by, changed_at: at, names }).execute()
  return revision
}
