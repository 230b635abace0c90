import { mkdir } from 'node:fs/promises'
import { startPostgresServer } from '../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../test/support/postgres-server.ts'
import { barePublishing, bareRelay } from './bare-feeds.ts'
import { startBenchFleet } from './bench-fleet.ts'
import type { BenchFleet } from './bench-fleet.ts'
import { localFeed, remoteFeed } from './shoal-feeds.ts'

/**
 * The servers and programs that the measures share. Each is started when it is first needed, and stopped at the end.
 */
export class World {
  /** CPU per word of the bare relay at 20 × 40 words/s, µs, once a measure has determined it. */
  pacedRelay: number | undefined
  readonly #profile: string | undefined
  readonly #closers: (() => Promise<void>)[] = []

  /** `profile`: a folder where instances write CPU profiles when they stop. */
  constructor(profile: string | undefined) {
    this.#profile = profile
  }

  /** A real PostgreSQL that counts statements. */
  readonly postgres = once(async (): Promise<PostgresServer> => {
    const settings = { shared_preload_libraries: 'pg_stat_statements' }
    const postgres = await startPostgresServer({ settings })
    this.#closers.push(() => postgres.stop())
    return postgres
  })

  /** Three instances with Redis and PostgreSQL: one writes, one reads, and one has no reader. */
  readonly fleet = once(() => this.startFleet({ instances: 3, redis: true }))

  readonly local = once(async () => localFeed(await this.fleet()))
  readonly remote = once(async () => remoteFeed(await this.fleet()))

  readonly relay = once(async () => {
    const { feed, stop } = await bareRelay((await this.fleet()).v1)
    this.#closers.push(stop)
    return feed
  })

  readonly publishing = once(async () => {
    const { feed, stop } = await barePublishing()
    this.#closers.push(stop)
    return feed
  })

  async startFleet(options: { instances: number; redis: boolean }): Promise<BenchFleet> {
    const postgres = await this.postgres()
    const fleet = await startBenchFleet({
      ...options,
      databaseUrl: await postgres.createDatabase(),
      env: await this.processEnv(),
    })
    // A measure may stop the fleet itself; `close` must not stop it twice.
    const stop = once(() => fleet.stop())
    this.#closers.push(stop)
    return { ...fleet, stop }
  }

  /** Environment of every measured process: it logs as in production, and writes a CPU profile if `profile` is set. */
  async processEnv(): Promise<Record<string, string>> {
    const log = { GLOBAL_LOG_LEVEL: 'INFO' }
    if (this.#profile === undefined) return log
    await mkdir(this.#profile, { recursive: true })
    return { ...log, NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${this.#profile}` }
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close()
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
