import type { Migration } from './migration.ts'

/** Adds the models that a connection offers, as a JSON array; empty: all models that the provider lists. */
export const modelIds: Migration = {
  number: 3,
  name: 'model ids',
  kind: 'expand',
  oldestCode: 1,
  statements: (s) => [`alter table ${s}connection add column model_ids text not null default '[]'`],
}
