import { createHash, randomBytes } from 'node:crypto'
import { accessSync, constants, mkdirSync } from 'node:fs'
import process from 'node:process'
import type { Clock, Logger } from '../base/index.ts'
import { embeddedSecret } from '../config.ts'
import type { Config } from '../config.ts'
import { asFullDisk, connectStore, openStore } from '../store/index.ts'
import type { Store } from '../store/index.ts'
import type { InstanceState } from './state.ts'

export interface FindStoreOptions {
  config: Config
  clock: Clock
  logger: Logger
  state: InstanceState
  signal: AbortSignal
}

export interface FoundStore {
  store: Store
  secretKey: string
  /** Of the secret. */
  fingerprint: string
  installationId: string
}

/**
 * Opens the store and agrees on the secret: WEBUI_SECRET_KEY, else one that is kept in DATA_DIR (embedded) or in the
 * store itself, by compare-and-set, so that instances started together have the same.
 */
export async function findStore({
  config,
  clock,
  logger,
  state,
  signal,
}: FindStoreOptions): Promise<FoundStore> {
  const { dataDir, databaseUrl, poolSize, startTimeoutMs, migrate } = config.store
  const given = config.accounts.secretKey
  const options = { dataDir, clock, logger, migrate, ...(poolSize === null ? {} : { poolSize }) }
  if (databaseUrl === null) {
    expectWritable(dataDir)
    // Two first starts at once get the same one; the lock then lets one of them go on.
    const secretKey = given ?? secretOf(dataDir)
    const store = await openStore({ ...options, secret: secretKey })
    state.storeProblem = undefined
    return described(store, secretKey)
  }
  const store = await connectStore({
    ...options,
    databaseUrl,
    secret: given,
    startTimeoutMs,
    signal,
    onProblem: (problem) => {
      state.storeProblem = problem
      logger.warn({ problem }, 'the database cannot be used yet')
    },
  })
  const secretKey = await installationSecret(config, store)
  state.storeProblem = undefined
  if (given === null) logger.warn(secretInDatabase)
  return described(store, secretKey)
}

const secretInDatabase =
  'WEBUI_SECRET_KEY is not set, so the database holds the secret that protects provider keys: whoever reads the database, or a backup of it, has them. Set the same random WEBUI_SECRET_KEY on every instance of a new installation'

async function described(store: Store, secretKey: string): Promise<FoundStore> {
  const fingerprint = fingerprintOf(secretKey)
  const { installation } = await store.installations.meet(fingerprint)
  return { store, secretKey, fingerprint, installationId: installation.id }
}

/** The secret of an open store: WEBUI_SECRET_KEY, else the generated one of its folder or database. */
export function installationSecret({ accounts, store: where }: Config, store: Store): Promise<string> {
  if (accounts.secretKey !== null) return Promise.resolve(accounts.secretKey)
  if (where.databaseUrl === null) return Promise.resolve(embeddedSecret(where.dataDir))
  return store.installations.agreeOnSecret(newSecret())
}

function secretOf(dataDir: string): string {
  try {
    return embeddedSecret(dataDir)
  } catch (error) {
    throw asFullDisk(error, dataDir)
  }
}

/** A volume of another user is the usual reason why a first start fails; the cure depends on the platform. */
function expectWritable(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.W_OK)
  } catch (cause) {
    const full = asFullDisk(cause, dataDir)
    if (full !== cause) throw full
    const uid = process.getuid?.() ?? 1000
    const gid = process.getgid?.() ?? 1000
    throw new Error(
      `DATA_DIR (${dataDir}) cannot be written by uid ${uid}: chown -R ${uid}:${gid} that folder or volume, set fsGroup: ${gid} in Kubernetes, or set DATABASE_URL, which needs no folder`,
      { cause },
    )
  }
}

/** A secret's name for comparing: says nothing of the secret. */
export function fingerprintOf(secretKey: string): string {
  return createHash('sha256').update('shoal fingerprint\0').update(secretKey).digest('base64url').slice(0, 22)
}

function newSecret(): string {
  return randomBytes(32).toString('base64url')
}
