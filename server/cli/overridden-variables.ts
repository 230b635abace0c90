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
import { adminSocketPath, callServer } from '../operations/admin-socket.ts'
import { openConfiguredStore } from './open-operator.ts'

const answer = z.array(z.object({ variable: z.string(), saved: z.string(), environment: z.string() }))

/**
 * The variables that have no effect because an administrator saved another value on the page, as lines for `shoal
 * config`; '' if there are none. Asks the running server, or else reads the store. If the store is not available, the
 * text says so and the command still succeeds: an operator may check the environment before the database exists.
 */
export async function describeOverridden(config: Config, logger: Logger): Promise<string> {
  if (!config.settings.persistent) return ''
  try {
    const found = await find(config, logger)
    return found
      .map(
        ({ variable, saved, environment }) =>
          `${variable} has no effect: an administrator saved "${saved}" on the page, which overrides "${environment}"`,
      )
      .join('\n')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `Cannot check whether settings saved on the page override variables: ${reason}`
  }
}

async function find(config: Config, logger: Logger): Promise<OverriddenVariable[]> {
  const { databaseUrl, dataDir } = config.store
  if (databaseUrl === null) {
    if (!existsSync(join(dataDir, 'shoal.db'))) return []
    const said = await callServer(adminSocketPath(dataDir), 'config', {})
    if (said && 'ok' in said) return answer.parse(said.ok)
    if (said) throw new Error(said.error.message)
  }
  // `shoal config` only reads, so it must not update the schema.
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
    announceAndApply: async () => {},
    applied: () => ({ on: 0, of: 0 }),
    clock: systemClock,
    logger,
  })
  await settings.read()
  return settings.overridden()
}
