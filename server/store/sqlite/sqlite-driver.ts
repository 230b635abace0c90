import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, Kysely, QueryResult } from 'kysely'
import { toSqliteStoreError } from './sqlite-errors.ts'

const mostStatements = 300

/**
 * Kysely over one connection of node:sqlite. Our own rather than Kysely's for three reasons: transactions begin
 * `immediate` (a deferred one that has read fails at its first write, past any busy timeout), statements are prepared
 * once, and errors become the store's.
 */
export function sqliteDialect(database: DatabaseSync): Dialect {
  return {
    createDriver: () => new SqliteDriver(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db: Kysely<unknown>) => new SqliteIntrospector(db),
  }
}

class SqliteDriver implements Driver {
  readonly #database: DatabaseSync
  readonly #connection: SqliteConnection

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#connection = new SqliteConnection(database)
  }

  async init(): Promise<void> {}

  // Kysely hands it to one caller at a time, since the adapter says that there is only one.
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  async beginTransaction(): Promise<void> {
    this.#connection.execute('begin immediate', [])
  }

  async commitTransaction(): Promise<void> {
    this.#connection.execute('commit', [])
  }

  async rollbackTransaction(): Promise<void> {
    // After a full disk SQLite has rolled back by itself.
    if (this.#database.isTransaction) this.#connection.execute('rollback', [])
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#connection.forget()
    this.#database.close()
  }
}

interface Prepared {
  statement: StatementSync
  returnsRows: boolean
}

/** SQLite has no booleans. Any other value that it cannot hold is refused by node:sqlite. */
function toSqlite(value: unknown): SQLInputValue {
  return (typeof value === 'boolean' ? Number(value) : value) as SQLInputValue
}

class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync
  #statements = new Map<string, Prepared>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.execute<R>(query.sql, query.parameters)
  }

  execute<R>(text: string, parameters: readonly unknown[]): QueryResult<R> {
    try {
      const { statement, returnsRows } = this.#prepare(text)
      const bound = parameters.map(toSqlite)
      if (returnsRows) return { rows: statement.all(...bound) as R[] }
      const { changes } = statement.run(...bound)
      return { rows: [], numAffectedRows: BigInt(changes) }
    } catch (error) {
      throw toSqliteStoreError(error)
    }
  }

  // oxlint-disable-next-line require-yield -- part of Kysely's contract; every list of ours is paged
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('the store pages its lists and does not stream them')
  }

  forget(): void {
    this.#statements.clear()
  }

  #prepare(text: string): Prepared {
    const known = this.#statements.get(text)
    if (known) return known
    const statement = this.#database.prepare(text)
    const made = { statement, returnsRows: statement.columns().length > 0 }
    // Lists of varying length make many texts; the oldest is forgotten.
    const oldest = this.#statements.size >= mostStatements ? this.#statements.keys().next().value : undefined
    if (oldest !== undefined) this.#statements.delete(oldest)
    this.#statements.set(text, made)
    return made
  }
}
