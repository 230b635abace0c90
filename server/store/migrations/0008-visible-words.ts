import type { Migration } from './migration.ts'

/**
 * Columns for what answers, accounts and jobs become. `message.said` holds the visible words alone: null until they are
 * known, which is while a run writes the message, and for older rows until the job `fill-said`, added here, has passed.
 * Roles are no longer checked by the database, and an account may be without a password.
 *
 * Code of schema 1 lives with it: it leaves `said` null, and a reader then takes the words from `text`. Where such code
 * continues an answer from its start to its end during an upgrade, `said` keeps the words of before; nothing is lost,
 * and search does not find the added ones. Two columns that nothing has ever read get a default: this code does
 * not write them, the version before does, and a contract step behind it can remove them.
 */
export const visibleWords: Migration = {
  number: 8,
  name: 'visible words',
  kind: 'expand',
  oldestCode: 1,
  statements: (s, newNonce, engine) => [
    `alter table ${s}message add column said text`,
    `alter table ${s}message add column extra text not null default '{}'`,
    `alter table ${s}chat add column extra text not null default '{}'`,
    `alter table ${s}job add column progress text`,
    ...(engine === 'postgres' ? changeColumns(s) : replaceColumns),
    `insert into ${s}job (id, kind, key, payload, run_at) values ('${newNonce()}', 'fill-said', 'all', '{}', 0)`,
  ],
}

const changeColumns = (s: string): string[] => [
  `alter table ${s}account drop constraint account_role_check`,
  `alter table ${s}account alter column password_hash drop not null`,
  `alter table ${s}message drop constraint message_role_check`,
  `alter table ${s}chat alter column title_key set default ''`,
  `alter table ${s}learnt alter column learnt_at set default 0`,
]

/** SQLite cannot change a column; another one takes its place, which leaves keys and indexes as they are. */
const replaceColumns = [
  ...replaceColumn('account', 'role', `text not null default 'pending'`),
  ...replaceColumn('account', 'password_hash', 'text'),
  ...replaceColumn('message', 'role', `text not null default 'user'`),
  ...replaceColumn('chat', 'title_key', `text not null default ''`),
  ...replaceColumn('learnt', 'learnt_at', 'bigint not null default 0'),
]

function replaceColumn(table: string, column: string, definition: string): string[] {
  return [
    `alter table ${table} add column new_${column} ${definition}`,
    `update ${table} set new_${column} = ${column}`,
    `alter table ${table} drop column ${column}`,
    `alter table ${table} rename column new_${column} to ${column}`,
  ]
}
