import { resolve } from 'node:path'
import { systemClock } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import { replaceEmbeddedSecret, readEmbeddedSecret } from '../config.ts'
import type { Config } from '../config.ts'
import { fingerprintOf } from '../instance/find-store.ts'
import { describeStopped } from './describe-stopped.ts'
import { copyStore, restoreBackup, writeBackup } from '../store/index.ts'
import { version } from '../version.ts'

export interface MoveDataOptions {
  config: Config
  flags: Record<string, string>
  switches: ReadonlySet<string>
  logger: Logger
  /** Reports the progress to the operator. */
  reportProgress: (sentence: string) => void
}

type Tables = { table: string; rows: number }[]

const setSecret =
  'Set WEBUI_SECRET_KEY to the secret that the data was created with. Without it, sessions and provider keys are not valid.'

/** `shoal backup`. Returns the text to print. */
export async function backup({ config, flags, logger }: MoveDataOptions): Promise<string> {
  const file = resolve(flags['to'] ?? '')
  const { dataDir, databaseUrl } = config.store
  const tables = await writeBackup({
    dataDir,
    databaseUrl,
    file,
    version,
    clock: systemClock,
    logger,
    secretWith: secretFinder(config),
  })
  return `Saved ${summary(tables)} to ${file}. The file contains all data, including secrets: protect it like the database.`
}

/** `shoal restore`. Returns the text to print. */
export async function restore({
  config,
  flags,
  switches,
  logger,
  reportProgress,
}: MoveDataOptions): Promise<string> {
  const { dataDir, databaseUrl } = config.store
  const asCopy = switches.has('as-copy')
  const { tables, createdAt, secret, stopped, disabledConnections } = await restoreBackup({
    file: resolve(flags['from'] ?? ''),
    dataDir,
    databaseUrl,
    replace: switches.has('replace'),
    asCopy,
    clock: systemClock,
    logger,
    fingerprint: fingerprint(config),
    keepSecret: (found) => replaceEmbeddedSecret(dataDir, found),
    progress: (table, rows) => reportProgress(`${table}: ${rows}`),
  })
  return [
    `Restored ${summary(tables)}, as of ${createdAt}; row counts and checksums match the backup.`,
    describeStopped(stopped),
    ...(asCopy
      ? [
          `Disabled provider connections: ${disabledConnections}. Connections from environment variables (OPENAI_API_BASE_URL, OLLAMA_BASE_URL) are not part of the data: remove these variables from the copy's environment. If the copy uses the same Redis as the original, give it another REDIS_KEY_PREFIX.`,
        ]
      : [
          'If the original still runs and both use the same Redis, give this installation another REDIS_KEY_PREFIX.',
        ]),
    ...(secret === 'needed' ? [setSecret] : []),
  ].join('\n')
}

/** `shoal db copy`. Returns the text to print. */
export async function copyToPostgres({
  config,
  flags,
  logger,
  reportProgress,
}: MoveDataOptions): Promise<string> {
  const { dataDir } = config.store
  const { tables, secret, stopped } = await copyStore({
    dataDir,
    databaseUrl: flags['to'] ?? '',
    clock: systemClock,
    logger,
    secretWith: secretFinder(config),
    fingerprint: fingerprint(config),
    progress: (table, rows) => reportProgress(`${table}: ${rows}`),
  })
  return [
    `Copied ${summary(tables)}; row counts and checksums match. ${dataDir} was not changed.`,
    ...(stopped.runs + stopped.jobs === 0
      ? []
      : [
          `Unfinished answers that were interrupted in the copy: ${stopped.runs}. Background jobs that were suspended in the copy until you run \`shoal store confirm\`: ${stopped.jobs}.`,
        ]),
    'Next: set DATABASE_URL to this database and start Shoal. For several instances, set REDIS_URL too.',
    ...(secret === 'needed' ? [setSecret] : []),
  ].join('\n')
}

function fingerprint({ accounts }: Config): string | null {
  return accounts.secretKey === null ? null : fingerprintOf(accounts.secretKey)
}

/** Finds the generated secret that the data was created with; a folder may also contain one that is no longer used. */
function secretFinder({ store, accounts }: Config): (expected: string | null) => string | null {
  return (expected) => {
    if (accounts.secretKey !== null) return null
    const found = readEmbeddedSecret(store.dataDir)
    return found !== undefined && (expected === null || fingerprintOf(found) === expected) ? found : null
  }
}

function summary(tables: Tables): string {
  const rows = (name: string): number => tables.find(({ table }) => table === name)?.rows ?? 0
  const all = tables.reduce((sum, table) => sum + table.rows, 0)
  return `${rows('account')} accounts, ${rows('chat')} chats, ${rows('message')} messages (${all} rows in ${tables.length} tables)`
}
