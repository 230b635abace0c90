import type { Migration } from './migration.ts'

/** Adds what rule 13 counts: the deaths of a run's owners, and the greatest length that its text had at one of them. */
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
