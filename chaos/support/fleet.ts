import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChatView, RunStarted } from '../../protocol/index.ts'
import type { RunSummary } from '../../protocol/http/runs.ts'
import { ApiClient } from '../../test/support/api-client.ts'
import { startInstance } from '../../test/support/instance-process.ts'
import type { InstanceProcess } from '../../test/support/instance-process.ts'
import type { PostgresServer } from '../../test/support/postgres-server.ts'
import { Reader } from '../../test/support/reader.ts'
import type { TestRedis } from '../../test/support/redis-server.ts'
import type { Script } from '../../test/support/scripted-provider.ts'
import type { TemporaryFolder } from '../../test/support/temporary-folder.ts'
import { redisEnvironment, throughPort } from './instance-environment.ts'
import { startLinks } from './links.ts'
import type { Links } from './links.ts'
import type { ProviderProcess } from './provider-process.ts'

export interface FleetOptions {
  /** The number of instances. Default: 3. */
  instances?: number
  /** Starts Redis; by default a single server. False for a fleet with PostgreSQL alone. */
  redis?: false | (() => Promise<TestRedis>)
  /**
   * Whether each instance reaches PostgreSQL and one Redis server through its own proxies, which are in `fleet.links`.
   */
  linked?: boolean
  /** Whether the fleet gets its own PostgreSQL, which the scenario may kill or pause. */
  ownPostgres?: boolean
  scripts?: Record<string, Script>
  env?: Record<string, string>
  /** Variables of a single instance. */
  envOf?: (index: number) => Record<string, string>
  /** Whether all instances have the same INSTANCE_ID, as with `restart: always` and one configured value. */
  oneLabel?: boolean
}

interface FleetParts extends Omit<FleetOptions, 'redis' | 'linked'> {
  folder: TemporaryFolder
  redis: TestRedis | undefined
  provider: ProviderProcess
  postgres: PostgresServer
  databaseUrl: string
  links: Links[]
  logs: string | undefined
}

/** A started answer: the ids with which to find it, and its question. */
export interface Answer extends RunStarted {
  question: string
}

/**
 * Several instances with one PostgreSQL and one Redis, as processes that can be killed, and a client of the first user.
 */
export class Fleet {
  readonly redis: TestRedis | undefined
  readonly provider: ProviderProcess
  readonly api: ApiClient
  readonly instances: InstanceProcess[]
  /** The PostgreSQL server of the fleet. Only a scenario with `ownPostgres` may break it. */
  readonly postgres: PostgresServer
  /** Empty unless the fleet was started with `linked`. */
  readonly links: Links[]
  readonly #parts: FleetParts
  readonly #readers: Reader[] = []

  private constructor(parts: FleetParts, instances: InstanceProcess[], api: ApiClient) {
    this.#parts = parts
    this.redis = parts.redis
    this.postgres = parts.postgres
    this.links = parts.links
    this.provider = parts.provider
    this.instances = instances
    this.api = api
  }

  static async start({ linked, ...given }: Omit<FleetParts, 'links'> & { linked?: boolean }): Promise<Fleet> {
    const count = given.instances ?? 3
    const indexes = linked ? Array.from({ length: count }) : []
    const links = await Promise.all(indexes.map(() => startLinks(given.databaseUrl, given.redis)))
    const parts: FleetParts = { ...given, links }
    const starts = await Promise.allSettled(Array.from({ length: count }, (_, index) => start(parts, index)))
    const instances = starts.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    for (const one of starts) {
      if (one.status === 'fulfilled') continue
      for (const instance of instances) instance.kill('SIGKILL')
      throw one.reason
    }
    const api = new ApiClient(instances[0]?.url ?? '')
    await api.signUp()
    return new Fleet(parts, instances, api)
  }

  get databaseUrl(): string {
    return this.#parts.databaseUrl
  }

  /** The addresses of the running instances. */
  readonly urls = (): string[] => this.instances.filter(({ alive }) => alive).map(({ url }) => url)

  /** Starts an answer, on a random instance by default. The question identifies it among the provider's calls. */
  async startAnswer(model: string, question: string, url = random(this.urls())): Promise<Answer> {
    const started = await this.api.startRun({ model, text: question }, url)
    return { ...started, question }
  }

  /** Starts a reader on the instances in `urls`, by default on all running ones. */
  read({ runId }: RunStarted, urls: () => string[] = this.urls): Reader {
    const reader = new Reader({ urls, token: this.api.token, runId })
    this.#readers.push(reader)
    return reader
  }

  async runs(): Promise<RunSummary[]> {
    const { items } = await this.api.call<{ items: RunSummary[] }>(
      'GET',
      '/api/runs?limit=100',
      undefined,
      random(this.urls()),
    )
    return items
  }

  /** The instance that owns the run, found by the label in the owner's id. */
  ownerOf(run: RunSummary): InstanceProcess | undefined {
    return this.instances.find(({ label }) => run.owner?.startsWith(`${label}.`))
  }

  /** The answer's message in the store. */
  async stored({ chatId, messageId }: RunStarted): Promise<ChatView['messages'][number]> {
    const chat = await this.api.chat(chatId, random(this.urls()))
    const message = chat.messages.find(({ id }) => id === messageId)
    if (!message) throw new Error(`message ${messageId} is not in its chat`)
    return message
  }

  async kill(index: number): Promise<void> {
    this.instances[index]?.kill('SIGKILL')
    await this.instances[index]?.exited()
  }

  /** Starts an instance again with the same label and port. */
  async restart(index: number): Promise<void> {
    this.instances[index] = await start(this.#parts, index, this.instances[index]?.port)
  }

  async close(): Promise<void> {
    for (const reader of this.#readers) reader.close()
    // The comparison is done, so there is no need to wait for a drain.
    await Promise.all(
      this.instances.map(async (instance) => {
        if (instance.alive) instance.kill('SIGKILL')
        await instance.exited()
      }),
    )
    for (const { redis, postgres } of this.links) {
      redis?.stop()
      postgres.stop()
    }
    await this.provider.stop()
    await this.redis?.stop()
    if (this.#parts.ownPostgres) await this.postgres.stop()
    await this.#parts.folder.remove()
  }
}

function start(parts: FleetParts, index: number, port?: number): Promise<InstanceProcess> {
  const { redis, databaseUrl } = parts
  const links = parts.links[index]
  const variables = redis && redisEnvironment(redis.variables)
  const throughLinks = {
    ...(links ? { DATABASE_URL: throughPort(databaseUrl, links.postgres.port) } : {}),
    ...(links?.redis && redis ? { REDIS_URL: throughPort(redis.variables.url, links.redis.port) } : {}),
  }
  const label = parts.oneLabel ? 'same' : `instance-${index + 1}`
  return startInstance({
    label,
    ...(port === undefined ? {} : { port }),
    env: {
      DATA_DIR: join(parts.folder.path, `data-${index}`),
      DATABASE_URL: databaseUrl,
      ...variables,
      ...throughLinks,
      OPENAI_API_BASE_URL: parts.provider.v1,
      OPENAI_API_CONFIGS: '{"0":{"continues":"trailing"}}',
      ENABLE_OLLAMA_API: 'false',
      ...parts.env,
      ...parts.envOf?.(index),
    },
    ...(parts.logs ? { logFile: join(parts.logs, `${label}-${index}.log`) } : {}),
  })
}

export function random<T>(all: T[]): T {
  const one = all[Math.floor(Math.random() * all.length)]
  if (one === undefined) throw new Error('nothing to choose from')
  return one
}

/** Waits until `condition` is true. Resolves with false if it is not within `ms`. */
export async function until(condition: () => Promise<boolean> | boolean, ms: number): Promise<boolean> {
  const end = performance.now() + ms
  while (performance.now() < end) {
    if (await condition()) return true
    await delay(50)
  }
  return false
}
