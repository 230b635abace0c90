import { startPostgresServer } from '../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../test/support/postgres-server.ts'
import { startStandalone } from '../../test/support/redis-server.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { Fleet } from './fleet.ts'
import type { FleetOptions } from './fleet.ts'
import { startProviderProcess } from './provider-process.ts'

/** Starts real servers for scenarios. All scenarios share one PostgreSQL, each with a new database. */
export class Bench {
  readonly #postgres: PostgresServer
  readonly #logs: string | undefined

  private constructor(postgres: PostgresServer, logs: string | undefined) {
    this.#postgres = postgres
    this.#logs = logs
  }

  static async open(logs?: string): Promise<Bench> {
    return new Bench(await startPostgresServer(), logs)
  }

  get postgres(): PostgresServer {
    return this.#postgres
  }

  /** Starts instances with their own Redis, database and provider. The caller must `close` the fleet. */
  async fleet(options: FleetOptions = {}): Promise<Fleet> {
    const folder = await temporaryFolder('fleet')
    const { redis: startRedis = startStandalone, ...rest } = options
    const redis = startRedis === false ? undefined : await startRedis()
    const provider = await startProviderProcess(options.scripts)
    const postgres = options.ownPostgres ? await startPostgresServer() : this.#postgres
    try {
      return await Fleet.start({
        ...rest,
        folder,
        redis,
        provider,
        postgres,
        databaseUrl: await postgres.createDatabase(),
        logs: this.#logs,
      })
    } catch (error) {
      await provider.stop()
      await redis?.stop()
      if (options.ownPostgres) await postgres.stop()
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#postgres.stop()
  }
}
