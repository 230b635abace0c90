import { resolve } from 'node:path'
import { systemClock } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import { keepEmbeddedSecret, readEmbeddedSecret } from '../config.ts'
import type { Config } from '../config.ts'
import { fingerprintOf } from '../instance/find-store.ts'
import { stoppedSentence } from './stopped-sentence.ts'
import { copyStore, restoreBackup, writeBackup } from '../store/index.ts'
import { version } from '../version.ts'

export interface MoveData {
  config: Config
  flags: Record<string, string>
  switches: ReadonlySet<string>
  logger: Logger
  /** What is done so far, for whoever watches. */
  tell: (sentence: string) => void
}

type Tables = { table: string; rows: number }[]

const setSecret =
  'Set WEBUI_SECRET_KEY to the one that the data was made with, or sign-ins and provider keys do not open.'

/** `shoal backup`: answers with what to print. */
export async function backup({ config, flags, logger }: MoveData): Promise<string> {
  const file = resolve(flags['to'] ?? '')
  const { dataDir, databaseUrl } = config.store
  const tables = await writeBackup({
    dataDir,
    databaseUrl,
    file,
    version,
    clock: systemClock,
    logger,
    secretWith: secretIn(config),
  })
  return `Saved ${summary(tables)} to ${file}. It holds everything, secrets too: keep it as you keep the database.`
}

/** `shoal restore`. */
export async function restore({ config, flags, switches, logger, tell }: MoveData): Promise<string> {
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
    keepSecret: (found) => keepEmbeddedSecret(dataDir, found),
    progress: (table, rows) => tell(`${table}: ${rows}`),
  })
  return [
    `Restored ${summary(tables)}, as of ${createdAt}; counts and sums are those of the backup.`,
    stoppedSentence(stopped),
    ...(asCopy
      ? [
          `Provider connections that were disabled: ${disabledConnections}. Those of the environment (OPENAI_API_BASE_URL, OLLAMA_BASE_URL) are not part of the data: leave them out of the copy's environment, and give it another REDIS_KEY_PREFIX if it uses the same Redis.`,
        ]
      : ['If the original still runs, give this one another REDIS_KEY_PREFIX if it uses the same Redis.']),
    ...(secret === 'needed' ? [setSecret] : []),
  ].join('\n')
}

/** `shoal db copy`. */
export async function copyToPostgres({ config, flags, logger, tell }: MoveData): Promise<string> {
  const { dataDir } = config.store
  const { tables, secret, stopped } = await copyStore({
    dataDir,
    databaseUrl: flags['to'] ?? '',
    clock: systemClock,
    logger,
    secretWith: secretIn(config),
    fingerprint: fingerprint(config),
    progress: (table, rows) => tell(`${table}: ${rows}`),
  })
  return [
    `Copied ${summary(tables)}; counts and sums are the same on both sides. ${dataDir} is as it was.`,
    ...(stopped.runs + stopped.jobs === 0
      ? []
      : [
          `Unfinished answers that ended as interrupted in the copy: ${stopped.runs}. Background jobs that wait there until you run \`shoal store confirm\`: ${stopped.jobs}.`,
        ]),
    'Next: set DATABASE_URL to this database and start. For several instances set REDIS_URL as well.',
    ...(secret === 'needed' ? [setSecret] : []),
  ].join('\n')
}

function fingerprint({ accounts }: Config): string | null {
  return accounts.secretKey === null ? null : fingerprintOf(accounts.secretKey)
}

/** Only the secret that the data was made with goes along: a folder may have one that is no longer used. */
function secretIn({ store, accounts }: Config): (print: string | null) => string | null {
  return (print) => {
    if (accounts.secretKey !== null) return null
    const found = readEmbeddedSecret(store.dataDir)
    return found !== undefined && (print === null || fingerprintOf(found) === print) ? found : null
  }
}

function summary(tables: Tables): string {
  const rows = (name: string): number => tables.find(({ table }) => table === name)?.rows ?? 0
  const all = tables.reduce((sum, table) => sum + table.rows, 0)
  return `${rows('account')} accounts, ${rows('chat')} chats, ${rows('message')} messages (${all} rows in ${tables.length} tables)`
}
