import { createOperator, createPasswordHasher } from '../accounts/index.ts'
import type { Operator } from '../accounts/index.ts'
import { systemClock } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import type { Config } from '../config.ts'
import { installationSecret } from '../instance/find-store.ts'
import { openStore } from '../store/index.ts'
import type { Store } from '../store/index.ts'
import { createAnnouncer } from './announcer.ts'

/** Opens the store of this configuration; the caller closes it. */
export function openConfiguredStore(config: Config, logger: Logger, migrate: boolean): Promise<Store> {
  const { databaseUrl, dataDir } = config.store
  return openStore({
    databaseUrl: databaseUrl ?? undefined,
    dataDir,
    secret: config.accounts.secretKey,
    clock: systemClock,
    logger,
    migrate,
    poolSize: 2,
  })
}

/** Runs `use` directly on the store, for when no running server can execute the command. */
export async function withOperator<T>(
  config: Config,
  logger: Logger,
  use: (operator: Operator) => Promise<T>,
): Promise<T> {
  const store = await openConfiguredStore(config, logger, config.store.migrate)
  const announcer = createAnnouncer(config, () => installationSecret(config, store), logger)
  try {
    return await use(
      createOperator({
        store,
        clock: systemClock,
        hasher: createPasswordHasher(),
        // This process caches no sessions or keys, so there is nothing to remove from a cache.
        authenticator: { revoked: () => {}, forgetAll: () => {} },
        announce: (feed) => announcer.announce(feed),
      }),
    )
  } finally {
    await announcer.close()
    await store.close()
  }
}
