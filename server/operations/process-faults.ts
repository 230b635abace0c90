import process from 'node:process'
import { newId } from '../base/index.ts'
import type { Logger } from '../base/index.ts'

/** What only a bug can cause, seen for the whole process. */
export interface ProcessFaults {
  /** Promise rejections that nothing handled, so far. */
  readonly rejections: number
  /** Resolves at the first exception that nothing caught: the process cannot be trusted any more, and should drain and exit. */
  readonly crashed: Promise<void>
  readonly hasCrashed: boolean
}

/**
 * Watches what would end a Node process at once, with every answer that it writes. Both are logged with an id; after a
 * rejection the process continues, after an exception its owner drains it.
 */
export function watchProcessFaults(logger: Logger): ProcessFaults {
  const crashed = Promise.withResolvers<void>()
  const faults = { rejections: 0, crashed: crashed.promise, hasCrashed: false }
  process.on('unhandledRejection', (error) => {
    faults.rejections++
    logger.error(
      { err: error, errorId: newId(), event: 'unhandledRejection' },
      'a promise was rejected and nothing handled it; this is a bug in Shoal',
    )
  })
  process.on('uncaughtException', (error) => {
    logger.fatal(
      { err: error, errorId: newId(), event: 'uncaughtException' },
      'an exception that nothing caught; this is a bug in Shoal, and this process finishes its answers and exits',
    )
    faults.hasCrashed = true
    crashed.resolve()
  })
  return faults
}
