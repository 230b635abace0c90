import { join } from 'node:path'
import { createLogger, sleep } from './base/index.ts'
import type { Logger } from './base/index.ts'
import type { Config } from './config.ts'
import { version } from './version.ts'
import { startInstance } from './instance.ts'
import type { Instance } from './instance.ts'

/** EX_UNAVAILABLE of sysexits.h: something that it needs is not there. */
const unavailable = 69

/** Runs one instance until it is told to stop. Never returns while it runs; resolves with the exit code. */
export async function run(config: Config, warnings: string[]): Promise<number> {
  const { level, format } = config.log
  const chosen = format === 'auto' ? (process.stdout.isTTY ? 'pretty' : 'json') : format
  const logger = createLogger({ level, format: chosen, instance: config.instance.label })
  for (const warning of warnings) logger.warn(warning)
  let instance: Instance
  try {
    instance = await startInstance({ config, version, logger })
  } catch (error) {
    logger.fatal(
      { err: error },
      `Shoal cannot start: ${error instanceof Error ? error.message : String(error)}`,
    )
    await flushed(logger)
    return unavailable
  }
  const stopped = stopOnSignals(instance, logger)
  try {
    await instance.started
    process.stdout.write(startBlock(config, instance))
  } catch (error) {
    logger.fatal(
      { err: error },
      `Shoal cannot go on: ${error instanceof Error ? error.message : String(error)}`,
    )
    await instance.stop()
    await flushed(logger)
    return unavailable
  }
  await stopped
  await flushed(logger)
  return 0
}

/** Resolves when the instance has stopped. A second signal stops it now. */
async function stopOnSignals(instance: Instance, logger: Logger): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = (signal: NodeJS.Signals): void => {
    logger.info({ signal }, 'stopping')
    void instance.stop().then(resolve)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'a rejection nobody handled'))
  await promise
}

function startBlock(config: Config, { port, mode }: Instance): string {
  const host = ['0.0.0.0', '::'].includes(config.http.host) ? 'localhost' : config.http.host
  const where = mode.store === 'sqlite' ? join(config.store.dataDir, 'shoal.db') : 'PostgreSQL'
  const fleet = mode.fleet
    ? `fleet, ${config.redis.url === null ? 'without Redis' : 'with Redis'}`
    : 'single instance'
  const lines = [
    ['Shoal', `${version} is ready`],
    ['open', `http://${host}:${port}`],
    ['data', where],
    ['mode', `${mode.store === 'sqlite' ? 'embedded' : 'postgres'}, ${fleet}`],
    ['label', config.instance.label],
  ] as const
  return `\n${lines.map(([name, value]) => `  ${name.padEnd(6)} ${value}`).join('\n')}\n\n`
}

async function flushed(logger: Logger): Promise<void> {
  await new Promise<void>((resolve) => logger.flush(() => resolve()))
  // The pretty printer is a thread of its own and cannot be waited for.
  await sleep(50)
}
