import { createLogger, newId, sleep, Unavailable } from './base/index.ts'
import type { Logger } from './base/index.ts'
import { exitCodes } from './cli/exit-codes.ts'
import { startBlock } from './cli/start-block.ts'
import type { Config } from './config.ts'
import { startInstance } from './instance.ts'
import type { Instance } from './instance.ts'
import { watchProcessFaults } from './operations/index.ts'
import type { ProcessFaults } from './operations/index.ts'
import { version } from './version.ts'
import type { Supervised } from './workers/index.ts'

/** After the grace of a drain, an instance may take this long to close what it has open. */
const closingMs = 6000

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
  const faults = watchProcessFaults(logger)
  if (!worker) for (const warning of warnings) logger.warn(warning)
  const code = await Promise.race([
    serve(config, { logger, faults, worker }),
    exitAfterCrash(faults, { logger, graceMs: config.drain.graceMs }),
  ])
  await flushed(logger)
  return code
}

interface Serving {
  logger: Logger
  faults: ProcessFaults
  worker: Supervised | undefined
}

async function serve(config: Config, { logger, faults, worker }: Serving): Promise<number> {
  let instance: Instance
  try {
    instance = await startInstance({ config, version, logger, rejections: () => faults.rejections })
  } catch (error) {
    logFatal(logger, 'Shoal cannot start', error)
    return exitCodes.unavailable
  }
  const told = worker ? stopAsTold(instance, logger, worker) : stopOnSignals(instance, logger)
  const crashed = faults.crashed.then(async () => {
    await stopped(instance, logger)
    return exitCodes.bug
  })
  try {
    await instance.started
    if (worker) worker.ready(instance.port)
    else process.stdout.write(startBlock(config, instance.port))
  } catch (error) {
    logFatal(logger, 'Shoal cannot go on', error)
    await stopped(instance, logger)
    return exitCodes.unavailable
  }
  return Promise.race([crashed, told.then(() => (faults.hasCrashed ? exitCodes.bug : exitCodes.done))])
}

/** After an exception that nothing caught even the drain may hang: then this ends it. */
async function exitAfterCrash(
  faults: ProcessFaults,
  { logger, graceMs }: { logger: Logger; graceMs: number },
): Promise<number> {
  await faults.crashed
  await sleep(graceMs + closingMs)
  logger.fatal('the drain after that exception did not end in time')
  return exitCodes.bug
}

/** Resolves also when the drain fails: what is left is then somebody else's to claim, and the process has to end. */
async function stopped(instance: Instance, logger: Logger): Promise<void> {
  try {
    await instance.stop()
  } catch (error) {
    logger.error({ err: error, errorId: newId() }, 'the drain failed')
  }
}

function logFatal(logger: Logger, what: string, error: unknown): void {
  const sentence = `${what}: ${error instanceof Error ? error.message : String(error)}`
  if (error instanceof Unavailable) logger.fatal(sentence)
  else logger.fatal({ err: error }, sentence)
}

/** Resolves when the instance has stopped. A second signal stops it now. */
async function stopOnSignals(instance: Instance, logger: Logger): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = (signal: NodeJS.Signals): void => {
    logger.info({ signal }, 'stopping')
    void stopped(instance, logger).then(resolve)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
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
    void stopped(instance, logger).then(resolve)
  }
  worker.onStop((how) => {
    drain()
    if (how === 'now') void instance.stop()
  })
  process.on('SIGTERM', drain)
  process.on('SIGINT', () => {})
  await promise
}

/** Waits until the log is written. */
export async function flushed(logger: Logger): Promise<void> {
  await new Promise<void>((resolve) => logger.flush(() => resolve()))
  // The pretty printer is a thread of its own and cannot be waited for.
  await sleep(50)
}
