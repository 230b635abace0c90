import { createHash, randomBytes } from 'node:crypto'
import type { Clock, Logger } from '../base/index.ts'
import { findOrCreateEmbeddedSecret } from '../config.ts'
import type { Config } from '../config.ts'
import { asFullDisk, connectStore, openStore, prepareDataFolder } from '../store/index.ts'
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
  /** Identifies the secret without revealing it. */
  fingerprint: string
  installationId: string
}

/**
 * Opens the store and determines the secret. That is WEBUI_SECRET_KEY, or else a generated secret, which is kept in
 * DATA_DIR for an embedded store and otherwise in the database. It is saved by compare-and-set, so that instances that
 * start at the same time use the same secret.
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
    // The store warns when it opens the folder.
    prepareDataFolder(dataDir, () => {})
    // Two concurrent first starts get the same secret. The store's lock then lets only one of them continue.
    const secretKey = given ?? secretOf(dataDir)
    const store = await openStore({ ...options, secret: secretKey })
    state.storeProblem = undefined
    return toFoundStore(store, secretKey)
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
  return toFoundStore(store, secretKey)
}

const secretInDatabase =
  'WEBUI_SECRET_KEY is not set, so the secret that protects provider keys is stored in the database, and anyone who can read the database or a backup can read these keys. For a new installation, set the same random WEBUI_SECRET_KEY on every instance'

async function toFoundStore(store: Store, secretKey: string): Promise<FoundStore> {
  const fingerprint = fingerprintOf(secretKey)
  const { installation } = await store.installations.register(fingerprint)
  return { store, secretKey, fingerprint, installationId: installation.id }
}

/** The secret of an open store: WEBUI_SECRET_KEY, or else the generated secret in its folder or database. */
export function installationSecret({ accounts, store: where }: Config, store: Store): Promise<string> {
  if (accounts.secretKey !== null) return Promise.resolve(accounts.secretKey)
  if (where.databaseUrl === null) return Promise.resolve(findOrCreateEmbeddedSecret(where.dataDir))
  return store.installations.agreeOnSecret(newSecret())
}

function secretOf(dataDir: string): string {
  try {
    return findOrCreateEmbeddedSecret(dataDir)
  } catch (error) {
    throw asFullDisk(error, dataDir)
  }
}

/** A value by which instances can compare secrets. It does not reveal the secret. */
export function fingerprintOf(secretKey: string): string {
  return createHash('sha256').update('shoal fingerprint\0').update(secretKey).digest('base64url').slice(0, 22)
}

function newSecret(): string {
  return randomBytes(32).toString('base64url')
}
