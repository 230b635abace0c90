/** Nothing was written, and the same again may succeed: a busy database, a deadlock that the server broke. */
export class RetryableError extends Error {
  override name = 'RetryableError'
}

/** A row with this key is there already. */
export class UniqueViolation extends Error {
  override name = 'UniqueViolation'
}
