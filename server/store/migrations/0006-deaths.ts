import type { Migration } from './migration.ts'

/** What rule 13 counts: deaths of a run's owners, and the furthest length that its text had reached at one. */
export const deaths: Migration = {
  number: 6,
  name: 'deaths',
  kind: 'expand',
  oldestCode: 1,
  statements: (s) => [
    `alter table ${s}run add column deaths integer not null default 0`,
    `alter table ${s}run add column furthest integer not null default 0`,
  ],
}
