import { mkdir } from 'node:fs/promises'
import { Fleet } from '../../chaos/support/fleet.ts'
import type { FleetOptions } from '../../chaos/support/fleet.ts'
import { startProviderProcess } from '../../chaos/support/provider-process.ts'
import { startPostgresServer } from '../../test/support/postgres-server.ts'
import type { PostgresServer } from '../../test/support/postgres-server.ts'
import { startStandalone } from '../../test/support/redis-server.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { barePublishing, bareRelay } from './bare-feeds.ts'
import { shapes } from './scripts.ts'
import { localFeed, remoteFeed } from './shoal-feeds.ts'

/** What the measures share. Each part is started when it is first asked for, and stopped at the end. */
export class World {
  /** Where instances write CPU profiles when they stop; undefined: they take none. */
  readonly profile: string | undefined
  readonly #closers: (() => Promise<void>)[] = []

  constructor(profile: string | undefined) {
    this.profile = profile
  }

  /** A real PostgreSQL that counts statements. */
  readonly postgres = once(async (): Promise<PostgresServer> => {
    const postgres = await startPostgresServer({
      settings: { shared_preload_libraries: 'pg_stat_statements' },
    })
    this.#closers.push(() => postgres.stop())
    return postgres
  })

  /** Three instances on Redis and PostgreSQL: one writes, one reads, one has no reader. */
  readonly fleet = once(() => this.startFleet({ instances: 3 }))

  readonly local = once(async () => localFeed(await this.fleet()))
  readonly remote = once(async () => remoteFeed(await this.fleet()))

  readonly relay = once(async () => {
    const { feed, stop } = await bareRelay((await this.fleet()).provider.v1)
    this.#closers.push(stop)
    return feed
  })

  readonly publishing = once(async () => {
    const { feed, stop } = await barePublishing(20)
    this.#closers.push(stop)
    return feed
  })

  async startFleet(options: FleetOptions): Promise<Fleet> {
    const postgres = await this.postgres()
    if (this.profile !== undefined) await mkdir(this.profile, { recursive: true })
    const fleet = await Fleet.start({
      ...options,
      folder: await temporaryFolder('bench'),
      redis: options.redis === false ? undefined : await startStandalone(),
      provider: await startProviderProcess(shapes),
      databaseUrl: await postgres.createDatabase(),
      logs: undefined,
      // As in production: a line a request, not one a word.
      env: { GLOBAL_LOG_LEVEL: 'INFO', ...this.profiling(), ...options.env },
    })
    this.#closers.push(() => fleet.close())
    return fleet
  }

  /** What makes a process of Node write its profile. */
  profiling(): Record<string, string> {
    return this.profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${this.profile}` }
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close()
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
