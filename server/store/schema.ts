import type { ColumnType } from 'kysely'
import type { ChatRow, MessageRow } from './contract/chats.ts'
import type { ConnectionRow } from './contract/connections.ts'
import type { EpochReason } from './contract/epochs.ts'
import type { RevisionRow } from './contract/fleet.ts'
import type { RunRow } from './contract/runs.ts'
import type { UserRow } from './contract/users.ts'

// Every column of every table, defined once for both engines; the row types are derived from it. Times (epoch ms) and
// counters are bigint and JSON is text, so that the same query means the same on both. A `flag` is read as true/false
// from PostgreSQL and as 1/0 from SQLite: code that maps a row converts it with Boolean().

interface Column<S, I = S> {
  readonly kind: 'text' | 'number' | 'flag' | 'bytes'
  /** Never set: it carries the types for the compiler. */
  readonly types?: ColumnType<S, I, Exclude<I, undefined>>
}

const text: Column<string> = { kind: 'text' }
const number: Column<number> = { kind: 'number' }
const flag: Column<boolean | number, boolean> = { kind: 'flag' }
const bytes: Column<Uint8Array> = { kind: 'bytes' }
const oneOf = <T extends string>(): Column<T> => ({ kind: 'text' })
const nullable = <S, I>({ kind }: Column<S, I>): Column<S | null, I | null> => ({ kind })
/** An insert may omit the column, because the database has a default for it. */
const optional = <S, I>({ kind }: Column<S, I>): Column<S, I | undefined> => ({ kind })

const columns = {
  account: {
    id: text,
    email: text,
    /** The address in lower case; unique. */
    email_key: text,
    name: text,
    /** Name and address in lower case, for the search in the list of users. */
    search: text,
    /** Null: the user cannot sign in with a password. */
    password_hash: nullable(text),
    role: oneOf<UserRow['role']>(),
    active: optional(flag),
    token_epoch: text,
    preferences: optional(text),
    created_at: number,
    last_active_at: nullable(number),
    /** When access last changed, for caches that query what was revoked. */
    access_changed_at: optional(number),
    must_change_password: optional(flag),
  },
  /** At most one row: the first account, so that two simultaneous first sign-ups create only one administrator. */
  first_account: { one: number, account_id: text },
  session: {
    id: text,
    user_id: text,
    epoch: text,
    device: text,
    address: text,
    created_at: number,
    last_used_at: number,
    expires_at: nullable(number),
    ended_at: nullable(number),
    secret_hash: nullable(text),
    secret_since: optional(number),
  },
  api_key: {
    id: text,
    user_id: text,
    name: text,
    hash: text,
    hint: text,
    created_at: number,
    last_used_at: nullable(number),
    expires_at: nullable(number),
    /** Set: the key is not valid until an administrator confirms it. */
    suspended_at: nullable(number),
  },
  connection: {
    id: text,
    kind: oneOf<ConnectionRow['kind']>(),
    name: text,
    base_url: text,
    /** The encrypted provider key; see secret-box.ts. */
    sealed_key: nullable(text),
    prefix: text,
    enabled: flag,
    position: number,
    continues: oneOf<ConnectionRow['continues']>(),
    /** A JSON array. */
    model_ids: optional(text),
    openai_params_only: optional(flag),
  },
  learnt: {
    base_url: text,
    model: text,
    continues: text,
    /** Unused. The previous version still writes it; the next version will remove it. */
    learnt_at: optional(number),
  },
  chat: {
    id: text,
    user_id: text,
    title: text,
    title_by: oneOf<ChatRow['titleBy']>(),
    model: nullable(text),
    current_id: nullable(text),
    pinned: optional(flag),
    archived: optional(flag),
    folder: nullable(text),
    tags: optional(text),
    created_at: number,
    updated_at: number,
    answered_at: optional(number),
    read_at: optional(number),
    /** Set: the chat is deleted; the row stays as a tombstone until it is pruned. */
    deleted_at: nullable(number),
    /** JSON: what only a compatible API knows. */
    extra: optional(text),
    /** These two are unused. The previous version still writes the first; the next version will remove both. */
    title_key: optional(text),
    share_id: nullable(text),
  },
  folder: { user_id: text, name: text, created_at: number },
  message: {
    id: text,
    chat_id: text,
    parent_id: nullable(text),
    role: oneOf<MessageRow['role']>(),
    /** The whole text, including the model's reasoning. */
    text,
    /** The visible part of `text`, without reasoning. Null: not stored yet, derive it from `text`. */
    said: nullable(text),
    status: oneOf<MessageRow['status']>(),
    model: nullable(text),
    meta: optional(text),
    created_at: number,
    deleted_at: nullable(number),
    /** The id of the message whose deletion also deleted this one; restoring that message restores this one. */
    deleted_with: nullable(text),
    /** JSON: what only a compatible API knows. */
    extra: optional(text),
  },
  run: {
    id: text,
    chat_id: text,
    message_id: text,
    user_id: text,
    parent_id: text,
    model: text,
    status: oneOf<RunRow['status']>(),
    owner: text,
    fence: number,
    attempt: optional(number),
    deaths: optional(number),
    furthest: optional(number),
    stop: flag,
    saved: optional(number),
    saved_at: number,
    saved_fence: optional(number),
    saved_seq: optional(number),
    starts: optional(text),
    started_at: number,
  },
  run_part: { run_id: text, start: number, text },
  /** The client's id of each request that started a run, so that a request that is sent twice starts only one. */
  run_request: {
    user_id: text,
    client_id: text,
    chat_id: text,
    user_message_id: text,
    message_id: text,
    run_id: text,
  },
  instance: { id: text, facts: text, beat_at: number },
  revision: { name: oneOf<RevisionRow['name']>(), counter: number, nonce: text },
  installation: { one: number, id: text, secret_fingerprint: nullable(text), secret: nullable(text) },
  /** Exactly one row. `place`: see place-of.ts. */
  epoch: {
    one: number,
    id: text,
    begun_at: number,
    reason: oneOf<EpochReason>(),
    place: nullable(text),
  },
  /** `prefix`: '' for instances without Redis. `label`: the label of an instance that uses the prefix. */
  redis_prefix: { prefix: text, label: text, seen_at: number },
  job: {
    id: text,
    kind: text,
    key: text,
    payload: text,
    state: optional(oneOf<'waiting' | 'claimed' | 'dead' | 'suspended'>()),
    run_at: number,
    attempts: optional(number),
    fence: optional(number),
    owner: optional(text),
    claimed_until: optional(number),
    error: nullable(text),
    /** JSON: the last reported progress. */
    progress: optional(nullable(text)),
  },
  setting: { name: text, value: text },
  /** Who saved each revision of the settings, when, and which names it changed. */
  setting_change: { revision: text, changed_by: text, changed_at: number, names: text },
  /** Messages that are not yet in a block of the search index. Filled by a trigger of `message`. */
  search_tail: {
    message_id: text,
    user_id: text,
    /** Length of the visible text, characters. */
    size: number,
    /** Incremented with each change of the text. */
    version: optional(number),
  },
  /** A part of a user's search index; it is never changed after it is complete. */
  search_block: {
    id: number,
    user_id: text,
    /** Counts the blocks of the user; newer messages are in later blocks. */
    seq: number,
    complete: optional(flag),
    begun_at: number,
    continues: nullable(bytes),
  },
  search_page: { block: number, page: number, postings: bytes },
  /** `message_ids` is a JSON array. */
  search_section: { block: number, section: number, message_ids: text },
  /** Exactly one row. `after_chat`: the last chat whose messages were added to `search_tail`; null when all were. */
  search_state: { one: number, after_chat: nullable(text) },
  schema_migration: {
    number,
    name: text,
    kind: oneOf<'expand' | 'contract'>(),
    /** The schema number of the oldest code that works with a database that has this step. */
    oldest_code: number,
    applied_at: number,
    /** Checksum of what the step does. Null: applied before checksums were recorded. */
    checksum: nullable(text),
  },
}

type TypesOf<C> = C extends Column<infer S, infer I> ? ColumnType<S, I, Exclude<I, undefined>> : never
type Columns = typeof columns

export type Schema = { [T in keyof Columns]: { [C in keyof Columns[T]]: TypesOf<Columns[T][C]> } }
export type TableName = keyof Schema

export function columnsOf<T extends TableName>(table: T): (keyof Schema[T] & string)[] {
  return Object.keys(columns[table]) as (keyof Schema[T] & string)[]
}

/** Returns the boolean columns, which are 1 and 0 in SQLite and true and false in PostgreSQL. */
export function flagsOf(table: TableName): string[] {
  return Object.entries<Column<unknown>>(columns[table] as Record<string, Column<unknown>>)
    .filter(([, { kind }]) => kind === 'flag')
    .map(([name]) => name)
}
