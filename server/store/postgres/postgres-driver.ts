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
  /** Asks the server to stop what this connection is doing; the connection is given up in any case. */
  cancel: (client: pg.PoolClient) => void
}

/**
 * Kysely over a pg pool. Our own rather than Kysely's: every statement has a deadline on this side as well (a frozen
 * server keeps none of its own), a connection whose fate is unknown is never used again, and errors become the store's.
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

  /** By the way that worked last, then by each other way that the address allows. */
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
            `all ${pool.totalCount} connections of this instance to PostgreSQL are in use or being made: look for slow statements and locks there, or raise DATABASE_POOL_SIZE`,
            error,
          )
          break
        }
        // What was wrong without TLS says more than that there is none.
        if (cause === undefined || !/does not support SSL/.test(String(error))) cause = error
        if (targets.changes === before) break
      }
    }
    throw cause
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // One round trip. Local, since behind a pooler the session belongs to others as well.
    const { statementMs } = this.#options
    await asOurs(connection).execute(
      `begin; set local statement_timeout = ${statementMs}; set local idle_in_transaction_session_timeout = ${2 * statementMs}`,
    )
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const { command } = await asOurs(connection).execute('commit')
    if (command === 'ROLLBACK')
      throw new Error('a statement of this transaction failed unseen: it was rolled back')
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    const ours = asOurs(connection)
    if (ours.broken) return
    try {
      await ours.execute('rollback')
    } catch {
      // The server rolls back by itself when the connection goes; what failed before is what is told.
      ours.broken = true
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    asOurs(connection).release()
  }

  async destroy(): Promise<void> {
    await this.#options.pool.end()
  }
}

function asOurs(connection: DatabaseConnection): PostgresConnection {
  if (connection instanceof PostgresConnection) return connection
  throw new Error('a connection of another driver')
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
    // The server's own deadline comes first where it is alive, and leaves the connection usable.
    const patience = this.#options.statementMs + 500
    try {
      const work =
        parameters === undefined ? this.#client.query(text) : this.#client.query(text, [...parameters])
      return await withDeadline(work, patience, 'a statement')
    } catch (error) {
      throw this.#failed(error)
    }
  }

  #failed(error: unknown): unknown {
    if (!(error instanceof pg.DatabaseError)) {
      this.broken = true
      this.#options.cancel(this.#client)
    } else if (endsConnection(error)) {
      // Others that were opened before lead to the same server, or into the same state.
      this.broken = true
      this.#ages.outdate()
      // Nothing was written, and only this session may be read-only: a new connection decides.
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
 * Which pooled connections were opened before the server last refused to work. After a failover where the old server
 * lives on, a connection to it answers reads and refuses every write: only a new connection reaches the new server.
 */
class ConnectionAges {
  readonly #openedIn = new WeakMap<pg.PoolClient, number>()
  #generation = 0

  /** `new`: taken for the first time. `outdated`: the caller closes it and takes another one. */
  take(client: pg.PoolClient): 'new' | 'used' | 'outdated' {
    const openedIn = this.#openedIn.get(client)
    if (openedIn === undefined) {
      this.#openedIn.set(client, this.#generation)
      return 'new'
    }
    return openedIn === this.#generation ? 'used' : 'outdated'
  }

  /** All connections taken so far are closed before they are used again. */
  outdate(): void {
    this.#generation++
  }
}
