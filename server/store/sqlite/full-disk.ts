import { StoreError } from '../store.ts'
import { isSqliteError, primaryCode, sqlite } from './sqlite-errors.ts'

/** Converts the error of a start on a full disk into one that says what to do; returns any other error unchanged. */
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
      cure: 'free space on it, or set DATA_DIR to a folder on another disk',
    },
    error,
  )
}
