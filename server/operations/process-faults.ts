import process from 'node:process'
import { newId } from '../base/index.ts'
import type { Logger } from '../base/index.ts'

/** Unhandled rejections and uncaught exceptions of the process. Both are always caused by a bug. */
export interface ProcessFaults {
  /** The number of unhandled promise rejections so far. */
  readonly rejections: number
  /** Resolves at the first uncaught exception. The process may be in a broken state, so it should drain and exit. */
  readonly crashed: Promise<void>
  readonly hasCrashed: boolean
}

/**
 * Handles the two events that would otherwise end the Node process and interrupt every answer. Each is logged with an
 * id. After an unhandled rejection the process continues. After an uncaught exception the caller should drain it.
 */
export function watchProcessFaults(logger: Logger): ProcessFaults {
  const crashed = Promise.withResolvers<void>()
  const faults = { rejections: 0, crashed: crashed.promise, hasCrashed: false }
  process.on('unhandledRejection', (error) => {
    faults.rejections++
    logger.error(
      { err: error, errorId: newId(), event: 'unhandledRejection' },
      'unhandled promise rejection; this is a bug in Shoal',
    )
  })
  process.on('uncaughtException', (error) => {
    logger.fatal(
      { err: error, errorId: newId(), event: 'uncaughtException' },
      'uncaught exception; this is a bug in Shoal, and the process exits after it has finished its answers',
    )
    faults.hasCrashed = true
    crashed.resolve()
  })
  return faults
}
