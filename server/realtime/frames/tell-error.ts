import { AppError } from '../../../protocol/index.ts'
import type { WireError } from '../../../protocol/index.ts'
import { newId, Unavailable } from '../../base/index.ts'
import type { Connection } from '../connection.ts'

/** What a client is told of anything that a frame's handler threw; a bug is logged under the id that the client is told. */
export function toWire(connection: Connection, error: unknown, frame: string): WireError {
  const known = asAppError(error)
  if (known) return known.toWire()
  const errorId = newId()
  connection.logger.error({ err: error, errorId, frame }, 'a frame failed unexpectedly')
  return new AppError('internal').toWire(errorId)
}

/** For a failure that no reply tells of. */
export function tellError(connection: Connection, error: unknown, frame: string): void {
  connection.send({ t: 'error', error: toWire(connection, error, frame) })
}

function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  if (!(error instanceof Unavailable)) return undefined
  return new AppError(error.kind === 'full' ? 'storage_full' : 'store_unavailable', { cause: error })
}
