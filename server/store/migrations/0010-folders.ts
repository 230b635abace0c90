import type { Migration } from './migration.ts'

/**
 * Adds the table of folders, so that a folder may be empty, and indexes for the lists of pinned chats and of the chats
 * in a folder. Folders that only chats name, because code of schema 9 moved them there, are listed too.
 */
export const folders: Migration = {
  number: 10,
  name: 'folders',
  kind: 'expand',
  oldestCode: 1,
  statements: (s) => [
    `create table ${s}folder (
      user_id text not null references ${s}account (id) on delete cascade,
      name text not null,
      created_at bigint not null,
      primary key (user_id, name)
    )`,
    `create index chat_in_folder on ${s}chat (user_id, folder, archived, updated_at, id) where folder is not null`,
    `create index chat_pinned on ${s}chat (user_id, archived, updated_at, id) where pinned and deleted_at is null`,
  ],
}
