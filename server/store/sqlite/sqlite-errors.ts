import SqliteDatabase from 'better-sqlite3'
import { RetryableError, UniqueViolation } from '../engine/store-errors.ts'
import { StoreError } from '../store.ts'

/** What a caller can act on; anything else is a bug and stays as it is. */
export function toSqliteStoreError(error: unknown): unknown {
  if (error instanceof TypeError && /connection is not open/.test(error.message)) {
    return new StoreError('unavailable', 'the embedded database is closed', error)
  }
  if (!(error instanceof SqliteDatabase.SqliteError)) return error
  const { code, message } = error
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return new RetryableError(`the embedded database is held by another program: ${message}`, {
      cause: error,
    })
  }
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY') {
    return new UniqueViolation(message, { cause: error })
  }
  // A write-ahead index that cannot grow is a full disk as well.
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE') {
    return new StoreError('full', 'the disk of DATA_DIR is full: nothing was written', error)
  }
  if (code === 'SQLITE_NOTADB') {
    const cure = 'set another DATA_DIR, or move that file away and restore a backup'
    return new StoreError('unavailable', `shoal.db in DATA_DIR is no database: ${cure}`, error)
  }
  if (/^SQLITE_(IOERR|CANTOPEN|READONLY|CORRUPT)/.test(code)) {
    return new StoreError('unavailable', `the embedded database cannot be used: ${message} (${code})`, error)
  }
  return error
}
