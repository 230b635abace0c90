import type { Lifecycle, Logger } from '../base/index.ts'
import { adminSocketPath, serveAdminSocket } from '../cli/admin-socket.ts'
import { adminVerbs } from '../cli/admin-verbs.ts'
import type { Config } from '../config.ts'
import type { Services } from './services.ts'

export interface ServeCommandLineOptions {
  config: Config
  services: Services
  lifecycle: Lifecycle
  logger: Logger
}

/**
 * Lets `shoal user …` and its like work beside a running embedded server, which alone may have the store open. With
 * DATABASE_URL they go to the database themselves. A server whose socket cannot be made serves its people all the same.
 */
export async function serveCommandLine({
  config,
  services,
  lifecycle,
  logger,
}: ServeCommandLineOptions): Promise<void> {
  if (config.store.databaseUrl !== null) return
  try {
    const stop = await serveAdminSocket(adminSocketPath(config.store.dataDir), {
      verbs: {
        ...adminVerbs(services.accounts.operator),
        config: async () => services.settings.overridden(),
      },
      logger,
    })
    lifecycle.started('command line', stop)
  } catch (error) {
    logger.warn({ err: error }, 'the command line cannot reach this server while it runs')
  }
}
