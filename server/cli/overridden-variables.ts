import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { systemClock } from '../base/index.ts'
import type { Logger } from '../base/index.ts'
import type { Config } from '../config.ts'
import { environmentSettings, settingVariables } from '../instance/environment-settings.ts'
import { Settings } from '../settings/index.ts'
import type { OverriddenVariable } from '../settings/index.ts'
import type { Store } from '../store/index.ts'
import { adminSocketPath, askServer } from '../operations/admin-socket.ts'
import { openConfiguredStore } from './open-operator.ts'

const answer = z.array(z.object({ variable: z.string(), saved: z.string(), environment: z.string() }))

/**
 * The variables that do not count because an administrator saved another value on the page, as lines for `shoal config`;
 * '' where there are none. By the running server, else from the store; a store that cannot be asked is said, and no
 * error: the environment can be looked at before there is a database.
 */
export async function describeOverridden(config: Config, logger: Logger): Promise<string> {
  if (!config.settings.persistent) return ''
  try {
    const found = await find(config, logger)
    return found
      .map(
        ({ variable, saved, environment }) =>
          `${variable} does not count: "${saved}" was saved on the page in place of "${environment}"`,
      )
      .join('\n')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `Whether saved settings take the place of variables is not known: ${reason}`
  }
}

async function find(config: Config, logger: Logger): Promise<OverriddenVariable[]> {
  const { databaseUrl, dataDir } = config.store
  if (databaseUrl === null) {
    if (!existsSync(join(dataDir, 'shoal.db'))) return []
    const said = await askServer(adminSocketPath(dataDir), 'config', {})
    if (said && 'ok' in said) return answer.parse(said.ok)
    if (said) throw new Error(said.error.message)
  }
  // Only looked at: it is not this command that brings a schema up to date.
  const store = await openConfiguredStore(config, logger, false)
  try {
    return await readFrom(store, config, logger)
  } finally {
    await store.close()
  }
}

async function readFrom(store: Store, config: Config, logger: Logger): Promise<OverriddenVariable[]> {
  const settings = new Settings({
    store: store.settings,
    environment: environmentSettings(config),
    variables: settingVariables,
    persistent: true,
    raised: async () => {},
    applied: () => ({ on: 0, of: 0 }),
    clock: systemClock,
    logger,
  })
  await settings.read()
  return settings.overridden()
}
