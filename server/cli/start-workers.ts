import { join } from 'node:path'
import process from 'node:process'
import { systemClock } from '../base/index.ts'
import type { Config } from '../config.ts'
import { flushLog, serverLogger } from '../main.ts'
import { watchProcessFaults } from '../operations/index.ts'
import { supervise } from '../workers/index.ts'
import { exitCodes } from './exit-codes.ts'
import { startBlock } from './start-block.ts'

export interface StartWorkersOptions {
  config: Config
  warnings: string[]
  /** Options of `shoal start`, which are passed on to each worker. */
  flags: Record<string, string>
}

/** `shoal start` with several workers: resolves with the exit code when the last one has stopped. */
export async function startWorkers({ config, warnings, flags }: StartWorkersOptions): Promise<number> {
  const logger = serverLogger(config)
  const faults = watchProcessFaults(logger)
  for (const warning of warnings) logger.warn(warning)
  const { workers, label } = config.instance
  const { workers: _, ...rest } = flags
  const supervisor = supervise({
    workers,
    exec: join(import.meta.dirname, '../cli.ts'),
    args: ['start', '--supervised', ...Object.entries(rest).flatMap(([flag, value]) => [`--${flag}`, value])],
    env: (number, restarted) => ({
      INSTANCE_ID: `${label}-${number}`,
      WORKERS: '',
      UVICORN_WORKERS: '',
      // Reset the settings only once per start: neither in each worker nor in one that replaces a dead worker.
      ...(number > 1 || restarted ? { RESET_CONFIG_ON_START: '' } : {}),
    }),
    fatalExitCodes: [exitCodes.config, exitCodes.unavailable],
    graceMs: config.drain.graceMs,
    clock: systemClock,
    logger,
    ready: (port) => void process.stdout.write(startBlock(config, port)),
  })
  const stop = (signal: NodeJS.Signals): void => {
    logger.info({ signal, workers }, 'stopping all workers')
    supervisor.stop()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  void faults.crashed.then(() => supervisor.stop())
  const code = await supervisor.ended
  await flushLog(logger)
  return faults.hasCrashed ? exitCodes.bug : code
}
