/** Nothing was written, and a retry may succeed: the database was busy, or the server resolved a deadlock. */
export class RetryableError extends Error {
  override name = 'RetryableError'
}

/** A row with this key already exists. */
export class UniqueViolation extends Error {
  override name = 'UniqueViolation'
}
