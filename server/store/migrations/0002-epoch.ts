import type { Migration } from './migration.ts'

/**
 * Adds the epoch of the store: one row that records where the store is used, so that a copy is recognised. API keys can
 * be suspended. A job can be `suspended` too, for which no change is needed because its state has no check.
 */
export const epoch: Migration = {
  number: 2,
  name: 'epoch',
  kind: 'expand',
  oldestCode: 1,
  statements: (s) => [
    `create table ${s}epoch (
      one integer not null primary key check (one = 1),
      id text not null,
      begun_at bigint not null,
      reason text not null,
      place text
    )`,
    `alter table ${s}api_key add column suspended_at bigint`,
    `create index api_key_suspended on ${s}api_key (suspended_at) where suspended_at is not null`,
  ],
}
