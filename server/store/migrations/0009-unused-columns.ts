import type { Migration } from './migration.ts'

/**
 * Removes what no code reads: the title in lower case (search compares spellings itself), the name of a shared chat, and
 * when it was learnt that a model continues. Code before 8 still writes the first two: such an instance makes no chats
 * after this step, and it does not start. The code of 8 lives with it.
 */
export const unusedColumns: Migration = {
  number: 9,
  name: 'unused columns',
  kind: 'contract',
  oldestCode: 8,
  statements: (s, _newNonce, engine) => [
    `alter table ${s}chat drop column title_key`,
    ...(engine === 'postgres' ? [`alter table ${s}chat drop column share_id`] : rebuildChat),
    `alter table ${s}learnt drop column learnt_at`,
  ],
}

const kept =
  'id, user_id, title, title_by, model, current_id, pinned, archived, folder, tags, created_at, updated_at, answered_at, read_at, deleted_at, extra'

/** SQLite does not drop a column that is unique: the table is written again without it. */
const rebuildChat = [
  `create table new_chat (
    id text not null primary key,
    user_id text not null references account (id) on delete cascade,
    title text not null,
    title_by text not null,
    model text,
    current_id text,
    pinned boolean not null default false,
    archived boolean not null default false,
    folder text,
    tags text not null default '[]',
    created_at bigint not null,
    updated_at bigint not null,
    answered_at bigint not null default 0,
    read_at bigint not null default 0,
    deleted_at bigint,
    extra text not null default '{}'
  )`,
  `insert into new_chat (${kept}) select ${kept} from chat order by rowid`,
  `drop table chat`,
  `alter table new_chat rename to chat`,
  `create index chat_by_activity on chat (user_id, archived, updated_at, id) where deleted_at is null`,
  `create index chat_deleted on chat (deleted_at) where deleted_at is not null`,
]
