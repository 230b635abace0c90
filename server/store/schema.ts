import type { ColumnType } from 'kysely'
import type { ChatRow, MessageRow } from './contract/chats.ts'
import type { ConnectionRow } from './contract/connections.ts'
import type { EpochReason } from './contract/epochs.ts'
import type { RevisionRow } from './contract/fleet.ts'
import type { RunRow } from './contract/runs.ts'
import type { UserRow } from './contract/users.ts'

// The tables as both engines have them. Times and counters are bigint (epoch ms), JSON is text, so that the same
// query means the same on both. A `flag` comes back as true/false from PostgreSQL and as 1/0 from SQLite: whoever maps
// a row says Boolean() of it.

type Flag = ColumnType<boolean | number, boolean, boolean>

interface AccountTable {
  id: string
  email: string
  /** Lower case: unique. */
  email_key: string
  name: string
  /** Name and address in lower case, for search. */
  search: string
  /** Null: no sign-in with a password. */
  password_hash: string | null
  role: UserRow['role']
  active: Flag
  token_epoch: string
  preferences: string
  created_at: number
  last_active_at: number | null
  /** When access last changed, for caches that ask what was revoked. */
  access_changed_at: number
  must_change_password: Flag
}

/** One row at most: who came first, so that two first sign-ups at once make one administrator. */
interface FirstAccountTable {
  one: number
  account_id: string
}

interface SessionTable {
  id: string
  user_id: string
  epoch: string
  device: string
  address: string
  created_at: number
  last_used_at: number
  expires_at: number | null
  ended_at: number | null
  secret_hash: string | null
  secret_since: number
}

interface ApiKeyTable {
  id: string
  user_id: string
  name: string
  hash: string
  hint: string
  created_at: number
  last_used_at: number | null
  expires_at: number | null
  /** Not valid until an administrator confirms it. */
  suspended_at: number | null
}

interface ConnectionTable {
  id: string
  kind: ConnectionRow['kind']
  name: string
  base_url: string
  /** See secret-box.ts. */
  sealed_key: string | null
  prefix: string
  enabled: Flag
  position: number
  continues: ConnectionRow['continues']
  /** A JSON array. */
  model_ids: ColumnType<string, string | undefined, string>
  openai_params_only: ColumnType<boolean | number, boolean | undefined, boolean>
}

interface LearntTable {
  base_url: string
  model: string
  continues: string
  learnt_at: ColumnType<number, number | undefined, number>
}

interface ChatTable {
  id: string
  user_id: string
  title: string
  /** Lower case, for search. */
  title_key: ColumnType<string, string | undefined, string>
  title_by: ChatRow['titleBy']
  model: string | null
  current_id: string | null
  pinned: Flag
  archived: Flag
  folder: string | null
  tags: string
  share_id: ColumnType<string | null, null | undefined, string | null>
  created_at: number
  updated_at: number
  answered_at: number
  read_at: number
  /** A tombstone until it is pruned. */
  deleted_at: number | null
  /** JSON: what only a compatible API knows. */
  extra: ColumnType<string, string | undefined, string>
}

interface MessageTable {
  id: string
  chat_id: string
  parent_id: string | null
  role: MessageRow['role']
  /** The transcript. */
  text: string
  /** The visible words of `text`. Null: not known yet, take them from `text`. */
  said: string | null
  status: MessageRow['status']
  model: string | null
  meta: string
  created_at: number
  deleted_at: number | null
  /** The message whose deletion took this one along: restoring that one brings it back. */
  deleted_with: string | null
  extra: ColumnType<string, string | undefined, string>
}

interface RunTable {
  id: string
  chat_id: string
  message_id: string
  user_id: string
  parent_id: string
  model: string
  status: RunRow['status']
  owner: string
  fence: number
  attempt: number
  deaths: number
  furthest: number
  stop: Flag
  saved: number
  saved_at: number
  saved_fence: number
  saved_seq: number
  starts: string
  started_at: number
}

interface RunPartTable {
  run_id: string
  start: number
  text: string
}

/** A client's name for a request, so that the same one asked twice is one. */
interface RunRequestTable {
  user_id: string
  client_id: string
  chat_id: string
  user_message_id: string
  message_id: string
  run_id: string
}

interface InstanceTable {
  id: string
  facts: string
  beat_at: number
}

interface RevisionTable {
  name: RevisionRow['name']
  counter: number
  nonce: string
}

interface InstallationTable {
  one: number
  id: string
  secret_fingerprint: string | null
  secret: string | null
}

/** One row. */
interface EpochTable {
  one: number
  id: string
  begun_at: number
  reason: EpochReason
  /** See place-of.ts. */
  place: string | null
}

interface RedisPrefixTable {
  /** '' for instances without Redis. */
  prefix: string
  /** Of an instance that uses it. */
  label: string
  seen_at: number
}

interface JobTable {
  id: string
  kind: string
  key: string
  payload: string
  state: 'waiting' | 'claimed' | 'dead' | 'suspended'
  run_at: number
  attempts: number
  fence: number
  owner: string
  claimed_until: number
  error: string | null
  /** JSON: how far it has come. */
  progress: ColumnType<string | null, string | null | undefined, string | null>
}

interface SettingTable {
  name: string
  value: string
}

/** Who wrote which revision of the settings. */
interface SettingChangeTable {
  revision: string
  changed_by: string
  changed_at: number
  names: string
}

interface SchemaMigrationTable {
  number: number
  name: string
  kind: 'expand' | 'contract'
  /** Schema number of the oldest code that can live with it. */
  oldest_code: number
  applied_at: number
  /** Of what the step does. Null: made before checksums were recorded. */
  checksum: string | null
}

export interface Schema {
  account: AccountTable
  first_account: FirstAccountTable
  session: SessionTable
  api_key: ApiKeyTable
  connection: ConnectionTable
  learnt: LearntTable
  chat: ChatTable
  message: MessageTable
  run: RunTable
  run_part: RunPartTable
  run_request: RunRequestTable
  instance: InstanceTable
  revision: RevisionTable
  installation: InstallationTable
  epoch: EpochTable
  redis_prefix: RedisPrefixTable
  job: JobTable
  setting: SettingTable
  setting_change: SettingChangeTable
  schema_migration: SchemaMigrationTable
}

export type TableName = keyof Schema
