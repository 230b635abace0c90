import type { TableName } from '../schema.ts'

/**
 * What goes along when data moves, parents first. Heartbeats and the record of migrations belong to each database alone.
 */
export const movedTables = [
  'account',
  'first_account',
  'session',
  'api_key',
  'connection',
  'learnt',
  'chat',
  'message',
  'run',
  'run_part',
  'run_request',
  'revision',
  'installation',
  'job',
  'setting',
  'setting_change',
] as const satisfies TableName[]
export type MovedTable = (typeof movedTables)[number]

/** A row as it stands in the database; flags are booleans whatever the engine. */
export type Row = Record<string, string | number | boolean | null>

/** 1 and 0 in SQLite, true and false in PostgreSQL. */
const flags: { [Table in MovedTable]?: string[] } = {
  account: ['active', 'must_change_password'],
  connection: ['enabled', 'openai_params_only'],
  chat: ['pinned', 'archived'],
  run: ['stop'],
}

/** The same row from either engine is the same afterwards. Changes it in place. */
export function withFlags(table: MovedTable, row: Row): Row {
  for (const flag of flags[table] ?? []) row[flag] = Boolean(row[flag])
  return row
}
