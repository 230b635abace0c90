import type { Migration } from './migration.ts'

/** Every table of the first version. `prefix` is `shoal.` on PostgreSQL and empty on SQLite. */
export const initial: Migration = {
  number: 1,
  name: 'initial',
  kind: 'expand',
  oldestCode: 1,
  statements: (prefix, newNonce) => [
    ...accounts(prefix),
    ...connections(prefix),
    ...chats(prefix),
    ...runs(prefix),
    ...fleet(prefix),
    ...['settings', 'revocations', 'connections'].map(
      (name) => `insert into ${prefix}revision (name, counter, nonce) values ('${name}', 0, '${newNonce()}')`,
    ),
  ],
}

const accounts = (s: string): string[] => [
  `create table ${s}account (
    id text not null primary key,
    email text not null,
    email_key text not null unique,
    name text not null,
    search text not null,
    password_hash text not null,
    role text not null check (role in ('admin', 'user', 'pending')),
    active boolean not null default true,
    token_epoch text not null,
    preferences text not null default '{}',
    created_at bigint not null,
    last_active_at bigint,
    access_changed_at bigint not null default 0
  )`,
  `create index account_newest on ${s}account (created_at, id)`,
  `create index account_access_changed on ${s}account (access_changed_at)`,
  `create table ${s}first_account (one integer not null primary key check (one = 1), account_id text not null)`,
  `create table ${s}session (
    id text not null primary key,
    user_id text not null references ${s}account (id) on delete cascade,
    epoch text not null,
    device text not null,
    address text not null,
    created_at bigint not null,
    last_used_at bigint not null,
    expires_at bigint,
    ended_at bigint
  )`,
  `create index session_open_of_user on ${s}session (user_id, last_used_at) where ended_at is null`,
  `create index session_ended on ${s}session (ended_at) where ended_at is not null`,
  `create index session_expires on ${s}session (expires_at) where expires_at is not null`,
  `create table ${s}api_key (
    id text not null primary key,
    user_id text not null references ${s}account (id) on delete cascade,
    name text not null,
    hash text not null unique,
    hint text not null,
    created_at bigint not null,
    last_used_at bigint,
    expires_at bigint
  )`,
  `create index api_key_of_user on ${s}api_key (user_id, created_at)`,
]

const connections = (s: string): string[] => [
  `create table ${s}connection (
    id text not null primary key,
    kind text not null,
    name text not null,
    base_url text not null,
    sealed_key text,
    prefix text not null,
    enabled boolean not null,
    position integer not null,
    continues text not null
  )`,
  `create table ${s}learnt (
    base_url text not null,
    model text not null,
    continues text not null,
    learnt_at bigint not null,
    primary key (base_url, model)
  )`,
]

const chats = (s: string): string[] => [
  `create table ${s}chat (
    id text not null primary key,
    user_id text not null references ${s}account (id) on delete cascade,
    title text not null,
    title_key text not null,
    title_by text not null,
    model text,
    current_id text,
    pinned boolean not null default false,
    archived boolean not null default false,
    folder text,
    tags text not null default '[]',
    share_id text unique,
    created_at bigint not null,
    updated_at bigint not null,
    answered_at bigint not null default 0,
    read_at bigint not null default 0,
    deleted_at bigint
  )`,
  `create index chat_by_activity on ${s}chat (user_id, archived, updated_at, id) where deleted_at is null`,
  `create index chat_deleted on ${s}chat (deleted_at) where deleted_at is not null`,
  `create table ${s}message (
    id text not null primary key,
    chat_id text not null references ${s}chat (id) on delete cascade,
    parent_id text references ${s}message (id) on delete cascade,
    role text not null check (role in ('user', 'assistant')),
    text text not null,
    status text not null,
    model text,
    meta text not null default '{}',
    created_at bigint not null,
    deleted_at bigint,
    deleted_with text
  )`,
  `create index message_of_chat on ${s}message (chat_id, created_at, id)`,
  `create index message_below on ${s}message (parent_id)`,
  `create index message_deleted on ${s}message (deleted_at) where deleted_at is not null`,
]

const runs = (s: string): string[] => [
  `create table ${s}run (
    id text not null primary key,
    chat_id text not null references ${s}chat (id) on delete cascade,
    message_id text not null references ${s}message (id) on delete cascade,
    user_id text not null,
    parent_id text not null,
    model text not null,
    status text not null,
    owner text not null,
    fence bigint not null,
    attempt integer not null default 0,
    stop boolean not null default false,
    saved integer not null default 0,
    saved_at bigint not null default 0,
    saved_fence bigint not null default 0,
    saved_seq integer not null default 0,
    starts text not null default '[]',
    started_at bigint not null
  )`,
  `create unique index run_one_running on ${s}run (parent_id) where status = 'running'`,
  `create index run_running_by_owner on ${s}run (owner) where status = 'running'`,
  `create index run_running_by_chat on ${s}run (chat_id) where status = 'running'`,
  `create index run_running_by_user on ${s}run (user_id, started_at, id) where status = 'running'`,
  `create index run_running_by_start on ${s}run (started_at, id) where status = 'running'`,
  `create index run_of_message on ${s}run (message_id)`,
  `create index run_of_chat on ${s}run (chat_id)`,
  `create table ${s}run_part (
    run_id text not null references ${s}run (id) on delete cascade,
    start integer not null,
    text text not null,
    primary key (run_id, start)
  )`,
  // Deferred, because the request is inserted before its chat: it decides which of two equal requests is executed.
  `create table ${s}run_request (
    user_id text not null,
    client_id text not null,
    chat_id text not null references ${s}chat (id) on delete cascade deferrable initially deferred,
    user_message_id text not null,
    message_id text not null,
    run_id text not null,
    primary key (user_id, client_id)
  )`,
  `create index run_request_of_chat on ${s}run_request (chat_id)`,
]

const fleet = (s: string): string[] => [
  `create table ${s}instance (id text not null primary key, facts text not null, beat_at bigint not null)`,
  `create table ${s}revision (name text not null primary key, counter bigint not null, nonce text not null)`,
  `create table ${s}installation (
    one integer not null primary key check (one = 1),
    id text not null,
    secret_fingerprint text,
    secret text
  )`,
  `create table ${s}job (
    id text not null primary key,
    kind text not null,
    key text not null,
    payload text not null,
    state text not null default 'waiting',
    run_at bigint not null,
    attempts integer not null default 0,
    fence bigint not null default 0,
    owner text not null default '',
    claimed_until bigint not null default 0,
    error text
  )`,
  `create unique index job_waiting_once on ${s}job (kind, key) where state = 'waiting'`,
  `create index job_due on ${s}job (run_at, id) where state <> 'dead'`,
  `create table ${s}setting (name text not null primary key, value text not null)`,
  `create table ${s}setting_change (
    revision text not null primary key,
    changed_by text not null,
    changed_at bigint not null,
    names text not null
  )`,
]
