import { RetryableError, UniqueViolation } from '../engine/store-errors.ts'
import { StoreError } from '../store.ts'

/** SQLite's result codes that Shoal handles (sqlite.org/rescode.html): primary codes first, then extended ones. */
export const sqlite = {
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  NOTADB: 26,
  CONSTRAINT_PRIMARYKEY: 1555,
  CONSTRAINT_UNIQUE: 2067,
  IOERR_SHMSIZE: 4874,
} as const

/** The error that node:sqlite throws when SQLite refuses; `errcode` is the extended result code. */
export interface SqliteError extends Error {
  code: 'ERR_SQLITE_ERROR'
  errcode: number
  errstr: string
}

export function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR' && 'errcode' in error
}

/** The primary result code: the low byte of the extended code. */
export function primaryCode({ errcode }: SqliteError): number {
  return errcode & 0xff
}

const unusable: readonly number[] = [sqlite.IOERR, sqlite.CANTOPEN, sqlite.READONLY, sqlite.CORRUPT]

/** Converts errors that a caller can act on; any other error is a bug and is returned unchanged. */
export function toSqliteStoreError(error: unknown): unknown {
  // The connection was closed, or the statement's connection.
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE') {
    return new StoreError('unavailable', 'the embedded database is closed', error)
  }
  if (!isSqliteError(error)) return error
  const { errcode, message } = error
  const primary = primaryCode(error)
  if (primary === sqlite.BUSY || primary === sqlite.LOCKED) {
    return new RetryableError(`the embedded database is locked by another program: ${message}`, {
      cause: error,
    })
  }
  if (errcode === sqlite.CONSTRAINT_UNIQUE || errcode === sqlite.CONSTRAINT_PRIMARYKEY) {
    return new UniqueViolation(message, { cause: error })
  }
  // A write-ahead index that cannot grow also means a full disk.
  if (primary === sqlite.FULL || errcode === sqlite.IOERR_SHMSIZE) {
    const problem = 'the disk of DATA_DIR is full, and nothing was written'
    return new StoreError('full', { problem, cure: 'free space on it' }, error)
  }
  if (primary === sqlite.NOTADB) {
    const cure = 'set another DATA_DIR, or move that file away and restore a backup'
    return new StoreError(
      'unavailable',
      { problem: 'shoal.db in DATA_DIR is not an SQLite database', cure },
      error,
    )
  }
  if (unusable.includes(primary)) {
    return new StoreError(
      'unavailable',
      `the embedded database cannot be used: ${message} (SQLite error ${errcode})`,
      error,
      'writes',
    )
  }
  return error
}
