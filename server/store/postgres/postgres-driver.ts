import pg from 'pg'
import { PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, Kysely, QueryResult } from 'kysely'
import { withDeadline } from '../../base/index.ts'
import { RetryableError } from '../engine/store-errors.ts'
import { StoreError } from '../store.ts'
import type { ConnectionTargets } from './connection-targets.ts'
import { endsConnection, readOnlyState, toPostgresStoreError } from './postgres-errors.ts'

export interface PostgresDriverOptions {
  pool: pg.Pool
  targets: Pick<ConnectionTargets, 'count' | 'changes'>
  statementMs: number
  /** Requests that the server cancels what this connection is doing; the connection is closed in any case. */
  cancel: (client: pg.PoolClient) => void
}

/**
 * A Kysely dialect over a pg pool. Differences to Kysely's own: every statement also has a deadline in this process (a
 * frozen server does not enforce its own), a connection in an unknown state is never reused, and errors are converted
 * to those of the store.
 */
export function postgresDialect(options: PostgresDriverOptions): Dialect {
  return {
    createDriver: () => new PostgresDriver(options),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
  }
}

class PostgresDriver implements Driver {
  readonly #options: PostgresDriverOptions
  readonly #ages = new ConnectionAges()

  constructor(options: PostgresDriverOptions) {
    this.#options = options
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    try {
      for (;;) {
        const client = await this.#connect()
        const age = this.#ages.take(client)
        if (age !== 'outdated') return new PostgresConnection(client, age, this.#ages, this.#options)
        client.release(true)
      }
    } catch (error) {
      throw toPostgresStoreError(error)
    }
  }

  /** Tries the target that worked last, then each other target that the address allows. */
  async #connect(): Promise<pg.PoolClient> {
    const { pool, targets } = this.#options
    let cause: unknown
    for (let tried = 0; tried < targets.count; tried++) {
      const before = targets.changes
      try {
        return await pool.connect()
      } catch (error) {
        if (/timeout exceeded when trying to connect/.test(String(error)) && pool.idleCount === 0) {
          cause = new StoreError(
            'unavailable',
            `all ${pool.totalCount} connections of this instance to PostgreSQL are in use or being opened: look for slow statements and locks in PostgreSQL, or raise DATABASE_POOL_SIZE`,
            error,
          )
          break
        }
        // The error of the attempt without TLS says more than "does not support SSL".
        if (cause === undefined || !/does not support SSL/.test(String(error))) cause = error
        if (targets.changes === before) break
      }
    }
    throw cause
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // One round trip. `set local`, because the session is shared behind a pooler.
    const { statementMs } = this.#options
    await asPostgresConnection(connection).execute(
      `begin; set local statement_timeout = ${statementMs}; set local idle_in_transaction_session_timeout = ${2 * statementMs}`,
    )
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const { command } = await asPostgresConnection(connection).execute('commit')
    if (command === 'ROLLBACK')
      throw new Error(
        'the transaction was rolled back, because one of its statements had failed and the error was ignored',
      )
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const ours = asPostgresConnection(connection)
    if (ours.broken) return
    try {
      await ours.execute('rollback')
    } catch {
      // The server rolls back when the connection closes; the caller gets the error that caused the rollback.
      ours.broken = true
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    asPostgresConnection(connection).release()
  }

  async destroy(): Promise<void> {
    await this.#options.pool.end()
  }
}

function asPostgresConnection(connection: DatabaseConnection): PostgresConnection {
  if (connection instanceof PostgresConnection) return connection
  throw new Error('the connection belongs to another driver')
}

class PostgresConnection implements DatabaseConnection {
  broken = false
  readonly #client: pg.PoolClient
  readonly #age: 'new' | 'used'
  readonly #ages: ConnectionAges
  readonly #options: PostgresDriverOptions

  constructor(
    client: pg.PoolClient,
    age: 'new' | 'used',
    ages: ConnectionAges,
    options: PostgresDriverOptions,
  ) {
    this.#client = client
    this.#age = age
    this.#ages = ages
    this.#options = options
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, rowCount } = await this.execute(query.sql, query.parameters)
    return { rows: rows as R[], numAffectedRows: BigInt(rowCount ?? 0) }
  }

  async execute(
    text: string,
    parameters?: readonly unknown[],
  ): Promise<pg.QueryResult<Record<string, unknown>>> {
    if (this.broken) throw toPostgresStoreError(new Error('Connection terminated'))
    // Longer than the server's own deadline, which leaves the connection usable: this one is for a server that hangs.
    const deadlineMs = this.#options.statementMs + 500
    try {
      const work =
        parameters === undefined ? this.#client.query(text) : this.#client.query(text, [...parameters])
      return await withDeadline(work, deadlineMs, 'a statement')
    } catch (error) {
      throw this.#convertError(error)
    }
  }

  #convertError(error: unknown): unknown {
    if (!(error instanceof pg.DatabaseError)) {
      this.broken = true
      this.#options.cancel(this.#client)
    } else if (endsConnection(error)) {
      // Connections that were opened before lead to the same server or are in the same state.
      this.broken = true
      this.#ages.outdate()
      // Nothing was written. Perhaps only this session is read-only, so the work is retried on a new connection.
      if (error.code === readOnlyState && this.#age === 'used') {
        return new RetryableError(error.message, { cause: error })
      }
    }
    return toPostgresStoreError(error)
  }

  // oxlint-disable-next-line require-yield -- part of Kysely's contract; every list of ours is paged
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('the store pages its lists and does not stream them')
  }

  release(): void {
    this.#client.release(this.broken)
  }
}

/**
 * Tracks which pooled connections were opened before the server last stopped working for us. If the old server survives
 * a failover, connections to it answer reads and refuse every write: only a new connection reaches the new server.
 */
class ConnectionAges {
  readonly #openedIn = new WeakMap<pg.PoolClient, number>()
  #generation = 0

  /** `new`: used for the first time. `outdated`: the caller has to close it and take another connection. */
  take(client: pg.PoolClient): 'new' | 'used' | 'outdated' {
    const openedIn = this.#openedIn.get(client)
    if (openedIn === undefined) {
      this.#openedIn.set(client, this.#generation)
      return 'new'
    }
    return openedIn === this.#generation ? 'used' : 'outdated'
  }

  /** From now on, all connections used so far are outdated. */
  outdate(): void {
    this.#generation++
  }
}
