import { createOperator, createPasswordHasher } from '../accounts/index.ts'
import type { Operator } from '../accounts/index.ts'
import { systemClock } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import type { Config } from '../config.ts'
import { installationSecret } from '../instance/find-store.ts'
import { openStore } from '../store/index.ts'
import type { Store } from '../store/index.ts'
import { createAnnouncer } from './announcer.ts'

/** Opens the store of this configuration; the caller closes it. `secret` matters to nothing a command does. */
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

/** Works on the store itself, for when no server of this folder listens. */
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
        // This process keeps nothing in memory that could be revoked.
        authenticator: { revoked: () => {}, forgetAll: () => {} },
        announce: (feed) => announcer.announce(feed),
      }),
    )
  } finally {
    await announcer.close()
    await store.close()
  }
}
