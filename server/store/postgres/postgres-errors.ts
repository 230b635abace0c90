import pg from 'pg'
import { DeadlineError } from '../../base/index.ts'
import { RetryableError, UniqueViolation } from '../engine/store-errors.ts'
import { StoreError } from '../store.ts'

/** SQLSTATE classes and codes with which the server says that it is unavailable at the moment. */
const unavailableStates = /^(08|57P|57014|53200|53300|53400|55P03|25006|25P03|28|3D000|58)/

export const readOnlyState = '25006'

/**
 * The session is unusable, although its connection may still answer: the server shuts down or starts (57P), the
 * connection or a pooler failed (08), the transaction was ended because it was idle (25P03), or the session is
 * read-only (25006).
 */
const sessionEndingStates = /^(08|57P|25P03|25006)/

export function endsConnection({ code = '', severity }: pg.DatabaseError): boolean {
  return sessionEndingStates.test(code) || severity === 'FATAL' || severity === 'PANIC'
}

/** Converts errors that a caller can act on; any other error is a bug and is returned unchanged. */
export function toPostgresStoreError(error: unknown): unknown {
  if (error instanceof StoreError || error instanceof RetryableError) return error
  if (error instanceof pg.DatabaseError) return fromServer(error)
  if (error instanceof DeadlineError || isConnectionFault(error)) {
    return new StoreError('unavailable', `PostgreSQL does not answer: ${sentenceOf(error)}`, error)
  }
  return error
}

function fromServer(error: pg.DatabaseError): unknown {
  const code = error.code ?? ''
  // Deadlock or serialization failure: the server has rolled back.
  if (code === '40P01' || code === '40001') return new RetryableError(error.message, { cause: error })
  if (code === '23505') return new UniqueViolation(error.message, { cause: error })
  if (code === '53100') {
    const problem = 'the disk of the PostgreSQL server is full, and nothing was written'
    return new StoreError('full', { problem, cure: 'free space on it' }, error)
  }
  if (code === '53300') {
    return new StoreError(
      'unavailable',
      {
        problem: `PostgreSQL refuses further connections (${error.message})`,
        cure: 'lower DATABASE_POOL_SIZE on every instance, raise max_connections or the limit of the user, or use PgBouncer',
      },
      error,
      'connections',
    )
  }
  if (code === readOnlyState) {
    return new StoreError(
      'unavailable',
      {
        problem:
          'PostgreSQL accepts reads but no writes, because DATABASE_URL leads to a standby or default_transaction_read_only is on',
        cure: 'set DATABASE_URL to the primary, or make the server writable',
      },
      error,
    )
  }
  if (unavailableStates.test(code)) {
    return new StoreError(
      'unavailable',
      `PostgreSQL cannot serve this now: ${error.message} (${code})`,
      error,
    )
  }
  return error
}

// pg reports a lost connection as a plain Error with one of these messages; errors of the socket have a code.
const connectionFaultMessages =
  /Connection terminated|Client has encountered a connection error|not queryable|timeout exceeded when trying to connect|Cannot use a pool after|Client was closed|server does not support SSL/i

function isConnectionFault(error: unknown): error is Error {
  if (error instanceof AggregateError) return error.errors.some(isConnectionFault)
  if (!(error instanceof Error)) return false
  const code: unknown = 'code' in error ? error.code : undefined
  return (
    connectionFaultMessages.test(error.message) ||
    (typeof code === 'string' && /^(E[A-Z_]+|ERR_SSL|ERR_TLS|CERT_|DEPTH_|SELF_|UNABLE_)/.test(code))
  )
}

/** A host with several addresses fails with an AggregateError whose own message is empty. */
function sentenceOf(error: Error): string {
  if (error.message !== '') return error.message
  return error instanceof AggregateError ? error.errors.map(String).join('; ') : error.name
}
