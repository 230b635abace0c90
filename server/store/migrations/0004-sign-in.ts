import type { Migration } from './migration.ts'

/**
 * Adds the hash that a session's token has to match, and passwords to change after sign-in. Older code needs neither.
 */
export const signIn: Migration = {
  number: 4,
  name: 'sign-in',
  kind: 'expand',
  oldestCode: 1,
  statements: (prefix) => [
    `alter table ${prefix}session add column secret_hash text`,
    `alter table ${prefix}session add column secret_since bigint not null default 0`,
    `alter table ${prefix}account add column must_change_password boolean not null default false`,
  ],
}
