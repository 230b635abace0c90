import type { Migration } from './migration.ts'

/**
 * Adds the index of the search (docs/adr/0012-search-in-blocks.md). A trigger adds each message with a new visible text
 * to `search_tail`, so that code of schema 8 feeds the index too. The job that is added here puts the older messages
 * there; until `search_state.after_chat` is null, searches do not use the index.
 */
export const searchIndex: Migration = {
  number: 9,
  name: 'search index',
  kind: 'expand',
  oldestCode: 1,
  statements: (s, newNonce, engine) => [
    ...tables(s, engine === 'postgres' ? 'bytea' : 'blob'),
    `insert into ${s}search_state (one, after_chat) values (1, '')`,
    ...(engine === 'postgres' ? postgresTrigger(s) : sqliteTriggers),
    `insert into ${s}job (id, kind, key, payload, run_at) values ('${newNonce()}', 'index-messages', 'all', '{}', 0)`,
  ],
}

const tables = (s: string, bytes: string): string[] => [
  `create table ${s}search_tail (
    message_id text not null primary key references ${s}message (id) on delete cascade,
    user_id text not null references ${s}account (id) on delete cascade,
    size bigint not null,
    version bigint not null default 0
  )`,
  `create index search_tail_of_user on ${s}search_tail (user_id, message_id, size)`,
  `create table ${s}search_block (
    id bigint not null primary key,
    user_id text not null references ${s}account (id) on delete cascade,
    seq bigint not null,
    complete boolean not null default false,
    begun_at bigint not null,
    continues ${bytes},
    unique (user_id, seq)
  )`,
  `create table ${s}search_page (
    block bigint not null references ${s}search_block (id) on delete cascade,
    page integer not null,
    postings ${bytes} not null,
    primary key (block, page)
  )`,
  `create table ${s}search_section (
    block bigint not null references ${s}search_block (id) on delete cascade,
    section integer not null,
    message_ids text not null,
    primary key (block, section)
  )`,
  `create table ${s}search_state (one integer not null primary key check (one = 1), after_chat text)`,
]

const postgresTrigger = (s: string): string[] => [
  `create function ${s}add_to_search_tail() returns trigger language plpgsql as $body$
  begin
    insert into ${s}search_tail (message_id, user_id, size)
      select new.id, c.user_id, length(new.said) from ${s}chat c where c.id = new.chat_id
      on conflict (message_id) do update set size = excluded.size, version = search_tail.version + 1;
    return null;
  end $body$`,
  `create trigger add_to_search_tail after insert or update of said on ${s}message
    for each row when (new.said is not null) execute function ${s}add_to_search_tail()`,
]

const sqliteTriggers = ['insert', 'update of said'].map(
  (
    event,
  ) => `create trigger search_tail_after_${event.split(' ')[0]} after ${event} on message when new.said is not null
  begin
    insert into search_tail (message_id, user_id, size)
      select new.id, c.user_id, length(new.said) from chat c where c.id = new.chat_id
      on conflict (message_id) do update set size = excluded.size, version = search_tail.version + 1;
  end`,
)
