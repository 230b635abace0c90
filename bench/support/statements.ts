import pg from 'pg'

/** Counts the statements that a database executes. */
export class StatementCounter {
  readonly #client: pg.Client
  readonly #database: string

  private constructor(client: pg.Client, database: string) {
    this.#client = client
    this.#database = database
  }

  /** Connects to the database `postgres`, so that its own statements are not counted. */
  static async open(databaseUrl: string): Promise<StatementCounter> {
    const url = new URL(databaseUrl)
    const database = url.pathname.slice(1)
    url.pathname = '/postgres'
    const client = new pg.Client({ connectionString: url.href })
    client.on('error', () => {})
    await client.connect()
    await client.query('create extension if not exists pg_stat_statements')
    return new StatementCounter(client, database)
  }

  /** How often each statement was executed so far. */
  async counts(): Promise<Map<string, number>> {
    const { rows } = await this.#client.query<{ calls: string; query: string }>(
      `select sum(calls) as calls, query from pg_stat_statements
        where dbid = (select oid from pg_database where datname = $1) group by query`,
      [this.#database],
    )
    return new Map(rows.map(({ calls, query }) => [query.replaceAll(/\s+/g, ' '), Number(calls)]))
  }

  async close(): Promise<void> {
    await this.#client.end()
  }
}
