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
import type { SupervisorConnection } from './workers/index.ts'

/** After the grace period of a drain, an instance may take this long to close its connections. */
const closeTimeoutMs = 6000

/** Creates the log of a server. The format `auto` means readable lines on a terminal and JSON elsewhere. */
export function serverLogger({ log, instance }: Config): Logger {
  const { level, format } = log
  const chosen = format === 'auto' ? (process.stdout.isTTY ? 'pretty' : 'json') : format
  return createLogger({ level, format: chosen, instance: instance.label })
}

/**
 * Runs one instance until a signal or the supervisor stops it, and resolves with the exit code. For workers, the
 * supervisor prints the start block and logs the warnings once for all of them.
 */
export async function run(
  config: Config,
  warnings: string[],
  worker?: SupervisorConnection,
): Promise<number> {
  const logger = serverLogger(config)
  const faults = watchProcessFaults(logger)
  if (!worker) for (const warning of warnings) logger.warn(warning)
  const code = await Promise.race([
    serve(config, { logger, faults, worker }),
    exitAfterCrash(faults, { logger, graceMs: config.drain.graceMs }),
  ])
  await flushLog(logger)
  return code
}

interface Serving {
  logger: Logger
  faults: ProcessFaults
  worker: SupervisorConnection | undefined
}

async function serve(config: Config, { logger, faults, worker }: Serving): Promise<number> {
  let instance: Instance
  try {
    instance = await startInstance({ config, version, logger, rejections: () => faults.rejections })
  } catch (error) {
    logFatal(logger, 'Shoal cannot start', error)
    return exitCodes.unavailable
  }
  const stopped = worker ? stopWhenRequested(instance, logger, worker) : stopOnSignals(instance, logger)
  const crashed = faults.crashed.then(async () => {
    await stopInstance(instance, logger)
    return exitCodes.bug
  })
  try {
    await instance.started
    if (worker) worker.ready(instance.port)
    else process.stdout.write(startBlock(config, instance.port))
  } catch (error) {
    logFatal(logger, 'Shoal cannot continue to start', error)
    await stopInstance(instance, logger)
    return exitCodes.unavailable
  }
  return Promise.race([crashed, stopped.then(() => (faults.hasCrashed ? exitCodes.bug : exitCodes.done))])
}

/** Sets a deadline for the drain after an uncaught exception, because the drain may hang then. */
async function exitAfterCrash(
  faults: ProcessFaults,
  { logger, graceMs }: { logger: Logger; graceMs: number },
): Promise<number> {
  await faults.crashed
  await sleep(graceMs + closeTimeoutMs)
  logger.fatal('the drain after the uncaught exception did not finish in time, so the process exits')
  return exitCodes.bug
}

/** Stops the instance. Resolves even if the drain fails: others claim the remaining runs, and the process must exit. */
async function stopInstance(instance: Instance, logger: Logger): Promise<void> {
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

/** Stops the instance on SIGTERM or SIGINT; resolves when it has stopped. A second signal ends the drain at once. */
async function stopOnSignals(instance: Instance, logger: Logger): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = (signal: NodeJS.Signals): void => {
    logger.info({ signal }, 'stopping')
    void stopInstance(instance, logger).then(resolve)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  await promise
}

/**
 * Stops a worker when its supervisor requests it, and resolves when it has stopped. A Ctrl-C on the terminal and a
 * platform that signals a whole process group reach both worker and supervisor; that must not count as two requests.
 */
async function stopWhenRequested(
  instance: Instance,
  logger: Logger,
  worker: SupervisorConnection,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let stopping = false
  const drain = (): void => {
    if (stopping) return
    stopping = true
    logger.info('stopping')
    void stopInstance(instance, logger).then(resolve)
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
export async function flushLog(logger: Logger): Promise<void> {
  await new Promise<void>((resolve) => logger.flush(() => resolve()))
  // The pretty printer runs in its own thread and does not report when it has finished.
  await sleep(50)
}
