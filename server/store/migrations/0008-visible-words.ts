import type { Migration } from './migration.ts'

/**
 * Adds columns for later kinds of messages, accounts and jobs. `message.said` holds only the visible text. It is null
 * while a run writes the message, and in older rows until the job `fill-said`, added here, has filled them. The
 * database no longer checks roles, and an account may have no password.
 *
 * Code of schema 1 still works: it leaves `said` null, and readers then derive the visible text from `text`. If such
 * code continues an answer from its start to its end during an upgrade, `said` keeps the earlier text; nothing is lost,
 * but search does not find the added text. Two columns that no code has ever read get a default: this code does not
 * write them but the previous version does, and a later contract step can remove them.
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

/** SQLite cannot change a column; replacing the column by a new one keeps keys and indexes. */
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
