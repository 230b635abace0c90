import { createLogger, sleep } from './base/index.ts'
import type { Logger } from './base/index.ts'
import { exitCodes } from './cli/exit-codes.ts'
import { startBlock } from './cli/start-block.ts'
import type { Config } from './config.ts'
import { version } from './version.ts'
import { startInstance } from './instance.ts'
import type { Instance } from './instance.ts'
import type { Supervised } from './workers/index.ts'

/** The log of a server: people on a terminal read lines, everything else JSON. */
export function serverLogger({ log, instance }: Config): Logger {
  const { level, format } = log
  const chosen = format === 'auto' ? (process.stdout.isTTY ? 'pretty' : 'json') : format
  return createLogger({ level, format: chosen, instance: instance.label })
}

/**
 * Runs one instance until it is told to stop. Never returns while it runs; resolves with the exit code. A worker has a
 * supervisor, which says its start block and its warnings once for all.
 */
export async function run(config: Config, warnings: string[], worker?: Supervised): Promise<number> {
  const logger = serverLogger(config)
  if (!worker) for (const warning of warnings) logger.warn(warning)
  let instance: Instance
  try {
    instance = await startInstance({ config, version, logger })
  } catch (error) {
    logger.fatal(
      { err: error },
      `Shoal cannot start: ${error instanceof Error ? error.message : String(error)}`,
    )
    await flushed(logger)
    return exitCodes.unavailable
  }
  const stopped = worker ? stopAsTold(instance, logger, worker) : stopOnSignals(instance, logger)
  try {
    await instance.started
    if (worker) worker.ready(instance.port)
    else process.stdout.write(startBlock(config, instance.port))
  } catch (error) {
    logger.fatal(
      { err: error },
      `Shoal cannot go on: ${error instanceof Error ? error.message : String(error)}`,
    )
    await instance.stop()
    await flushed(logger)
    return exitCodes.unavailable
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

/**
 * A worker heeds its supervisor: the terminal's Ctrl-C and a platform that signals every process of a group reach both,
 * and one wish to stop must not count twice.
 */
async function stopAsTold(instance: Instance, logger: Logger, worker: Supervised): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let stopping = false
  const drain = (): void => {
    if (stopping) return
    stopping = true
    logger.info('stopping')
    void instance.stop().then(resolve)
  }
  worker.onStop((how) => {
    drain()
    if (how === 'now') void instance.stop()
  })
  process.on('SIGTERM', drain)
  process.on('SIGINT', () => {})
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'a rejection nobody handled'))
  await promise
}

/** Waits until the log is written. */
export async function flushed(logger: Logger): Promise<void> {
  await new Promise<void>((resolve) => logger.flush(() => resolve()))
  // The pretty printer is a thread of its own and cannot be waited for.
  await sleep(50)
}
