import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, Kysely, QueryResult } from 'kysely'
import { toSqliteStoreError } from './sqlite-errors.ts'

const maxStatements = 300

/**
 * A Kysely dialect over one connection of node:sqlite. Differences to Kysely's own: transactions begin `immediate` (a
 * deferred one that has read can fail at its first write without any busy timeout), statements are prepared only once,
 * and errors are converted to those of the store.
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

  // Kysely gives the connection to one caller at a time, because the adapter reports that there is only one.
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
    // SQLite has already rolled back if the disk was full.
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

/** Converts booleans, which SQLite lacks. node:sqlite refuses any other value that SQLite cannot store. */
function toSqliteValue(value: unknown): SQLInputValue {
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
      const bound = parameters.map(toSqliteValue)
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
    // Lists of different lengths result in many different statements; the oldest one is dropped.
    const oldest = this.#statements.size >= maxStatements ? this.#statements.keys().next().value : undefined
    if (oldest !== undefined) this.#statements.delete(oldest)
    this.#statements.set(text, made)
    return made
  }
}
