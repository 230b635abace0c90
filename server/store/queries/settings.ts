import type { Transaction } from 'kysely'
import { cleanText } from '../../base/index.ts'
import type { RevisionRow, SettingRow, SettingsWrite, StoredSettings } from '../contract/fleet.ts'
import type { Engine } from '../engine/engine.ts'
import type { Schema } from '../schema.ts'
import { incrementRevision } from './revisions.ts'

type Written = Awaited<ReturnType<StoredSettings['write']>>

const revisionText = ({ counter, nonce }: Omit<RevisionRow, 'name'>): string => `${counter}.${nonce}`

export function createSettings(engine: Engine): StoredSettings {
  return {
    // Values and revision are read in one statement, so that they match.
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
    write: (change, accept) =>
      engine.transaction(async (trx): Promise<Written> => {
        const current = await trx
          .selectFrom('revision')
          .select(['counter', 'nonce'])
          .where('name', '=', 'settings')
          .$if(engine.kind === 'postgres', (query) => query.forUpdate())
          .executeTakeFirstOrThrow()
        const stored = await trx.selectFrom('setting').select(['name', 'value']).orderBy('name').execute()
        const conflict =
          change.basedOn === revisionText(current) ? undefined : await findConflict(trx, change, stored)
        if (conflict) return { kind: 'stale', ...conflict, revision: revisionText(current) }
        accept?.(merge(stored, change))
        return { kind: 'written', revision: await write(trx, change) }
      }),
  }
}

function merge(stored: SettingRow[], { set, unset }: SettingsWrite): SettingRow[] {
  const merged = new Map(stored.map((row) => [row.name, row]))
  for (const row of set) merged.set(row.name, row)
  for (const name of unset) merged.delete(name)
  return [...merged.values()]
}

/** Finds the latest change of another user to these names since the revision that this change is based on. */
async function findConflict(
  trx: Transaction<Schema>,
  { set, unset, basedOn }: SettingsWrite,
  stored: SettingRow[],
): Promise<{ by: string; at: number; names: string[] } | undefined> {
  const changes = await trx
    .selectFrom('setting_change')
    .select(['revision', 'changed_by', 'changed_at', 'names'])
    .execute()
  changes.sort((a, b) => counterOf(a.revision) - counterOf(b.revision))
  const based = counterOf(basedOn)
  // Revision 0 has no row, since nothing was written. Any other missing revision was lost by a failover.
  const known = based === 0 || changes.some(({ revision }) => revision === basedOn)
  const valueOf = new Map(stored.map(({ name, value }) => [name, value]))
  const wanted = new Map<string, string | undefined>([
    ...set.map(({ name, value }) => [name, value] as const),
    ...unset.map((name) => [name, undefined] as const),
  ])
  const differs = (name: string): boolean => wanted.has(name) && wanted.get(name) !== valueOf.get(name)
  for (const change of changes.toReversed()) {
    if (known && counterOf(change.revision) <= based) break
    const names = known ? (JSON.parse(change.names) as string[]).filter(differs) : []
    if (!known || names.length > 0) return { by: change.changed_by, at: change.changed_at, names }
  }
  return known ? undefined : { by: '', at: 0, names: [] }
}

/** The counter of a revision; NaN, which no comparison accepts, if the text is not a revision. */
const counterOf = (revision: string): number => Number(/^(\d+)\./.exec(revision)?.[1] ?? NaN)

async function write(trx: Transaction<Schema>, { set, unset, by, at }: SettingsWrite): Promise<string> {
  const rows = set.map(({ name, value }) => ({ name, value: cleanText(value) }))
  const names = [...new Set([...rows.map(({ name }) => name), ...unset])]
  if (names.length > 0) await trx.deleteFrom('setting').where('name', 'in', names).execute()
  const kept = rows.filter(({ name }) => !unset.includes(name))
  if (kept.length > 0) await trx.insertInto('setting').values(kept).execute()
  const revision = revisionText(await incrementRevision(trx, 'settings'))
  await trx
    .insertInto('setting_change')
    .values({ revision, changed_by: by, changed_at: at, names: JSON.stringify(names) })
    .execute()
  return revision
}
