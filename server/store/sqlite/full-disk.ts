import { StoreError } from '../store.ts'
import { isSqliteError, primaryCode, sqlite } from './sqlite-errors.ts'

/** A start that fails for want of room, as a sentence with the cure; every other error stays as it is. */
export function asFullDisk(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error) || (error instanceof StoreError && error.kind !== 'full')) return error
  const code = 'code' in error ? error.code : undefined
  const full =
    error instanceof StoreError ||
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    (isSqliteError(error) && primaryCode(error) === sqlite.FULL)
  if (!full) return error
  return new StoreError(
    'full',
    {
      problem: `the disk of DATA_DIR (${dataDir}) is full`,
      cure: 'make room on it, or name a folder on another disk',
    },
    error,
  )
}
