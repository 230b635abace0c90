import { Cluster } from 'ioredis'
import type { Redis } from 'ioredis'
import type { Clock, Finding, Logger } from '../../base/index.ts'
import { DeadlineError, guarded, sleep, withDeadline } from '../../base/index.ts'
import type { ClientFactory, ConnectOptions } from './client-options.ts'
import { createClientFactory, defaultDeadlineMs } from './client-options.ts'
import { querySavePolicy, queryServers } from './server-info.ts'
import { clusterSlot } from './cluster-slot.ts'
import { GuardedClient } from './guarded-client.ts'
import { LinkHealth } from './link-health.ts'
import type { LuaScript } from './lua-script.ts'
import { failureKind, withoutCommand } from './redis-failure.ts'
import type { CallOptions, ChannelListener, ChannelSubscription, RedisLink } from './redis-link.ts'
import { RedisUnavailable } from './redis-link.ts'
import type { RedisTopology } from './redis-url.ts'
import { createSubscribers } from './subscribers.ts'
import type { Subscribers } from './subscribers.ts'

export interface RedisLinkOptions extends ConnectOptions {
  clock: Clock
  logger: Logger
  /** The number of attempts of an idempotent call (REDIS_SENTINEL_MAX_RETRY_COUNT). Default: 2. */
  tries?: number
}

type Client = Redis | Cluster

/** The maximum number of calls that wait for Redis at the same time. Further calls are refused at once. */
const maxPending = 10_000
/** The interval at which the servers are queried for their description, which operators may change. */
const refreshIntervalMs = 60_000
/** The interval at which a replica is queried whether it has become the master. */
const promotionPollMs = 1000

/** Creates the link to Redis, for any topology. Connects at once. Throws only if a TLS file cannot be read. */
export function createRedisLink(topology: RedisTopology, options: RedisLinkOptions): RedisLink {
  return new IoRedisLink(topology, options)
}

class IoRedisLink implements RedisLink {
  readonly #commands: GuardedClient<Client>
  readonly #subscribers: Subscribers
  readonly #health: LinkHealth
  readonly #tries: number
  readonly #options: RedisLinkOptions
  readonly #refreshTimer: NodeJS.Timeout
  readonly #promotionTimer: NodeJS.Timeout
  #factory: ClientFactory
  /** The warning that the server is a Cluster although REDIS_CLUSTER is not set. */
  #clusterWarning: Finding[] = []
  #pending = 0
  #closed = false

  constructor(topology: RedisTopology, options: RedisLinkOptions) {
    this.#options = options
    this.#factory = createClientFactory(topology, options)
    this.#tries = options.tries ?? 2
    this.#health = new LinkHealth(topology, options)
    const failed = (error: unknown, node?: string) => this.#health.failed(error, { node })
    this.#commands = new GuardedClient<Client>({
      build: () => this.#factory.commands(),
      ping: pingAll,
      clock: options.clock,
      logger: options.logger,
      events: {
        ready: (client) => void this.#queryNewServer(client),
        alive: (alive) => this.#health.set('commands', alive),
        failed,
      },
    })
    this.#subscribers = createSubscribers({
      factory: this.#factory,
      commands: () => this.#commands.client,
      clock: options.clock,
      logger: options.logger,
      alive: (alive) => this.#health.set('subscriber', alive),
      failed,
    })
    const where = { logger: options.logger, event: 'what Redis is' }
    const askAgain = guarded(where, () => this.#health.healthy && this.#queryServers(this.#commands.client))
    const awaitPromotion = guarded(
      where,
      () => this.#health.replica && this.#commands.alive && this.#queryServers(this.#commands.client),
    )
    this.#refreshTimer = setInterval(askAgain, refreshIntervalMs)
    this.#refreshTimer.unref()
    this.#promotionTimer = setInterval(awaitPromotion, promotionPollMs)
    this.#promotionTimer.unref()
  }

  async eval(script: LuaScript, keys: string[], args: (string | number)[], options?: CallOptions) {
    if (keys.length !== script.keys) {
      throw new TypeError(`${script.name} declares ${script.keys} keys, but was called with ${keys.length}`)
    }
    return this.#call(options, keys, async () => {
      const { client } = this.#commands
      corkUntilNextTick(client)
      try {
        return await client.call('evalsha', script.sha, keys.length, ...keys, ...args)
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
        return client.call('eval', script.source, keys.length, ...keys, ...args)
      }
    })
  }

  command(args: [string, ...(string | number)[]], options?: CallOptions): Promise<unknown> {
    const [name, ...rest] = args
    return this.#call(options, rest.slice(0, 1).map(String), () =>
      this.#commands.client.call(name.toLowerCase(), ...rest),
    )
  }

  async publish(channel: string, payload: string, options?: CallOptions): Promise<number> {
    return Number(await this.#call(options, [], () => this.#publisher(channel).publish(channel, payload)))
  }

  subscribe(channel: string, listener: ChannelListener): ChannelSubscription {
    return this.#subscribers.subscribe('plain', channel, listener)
  }

  subscribeSharded(channel: string, listener: ChannelListener): ChannelSubscription {
    return this.#subscribers.subscribe('sharded', channel, listener)
  }

  healthy(): boolean {
    return this.#health.healthy
  }

  problem(): Finding | undefined {
    return this.#health.problem()
  }

  warnings(): Finding[] {
    return this.#health.warnings()
  }

  onLink(listener: (healthy: boolean) => void): () => void {
    return this.#health.watch(listener)
  }

  close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#refreshTimer)
    clearInterval(this.#promotionTimer)
    this.#subscribers.close()
    this.#commands.close()
    return Promise.resolve()
  }

  async #queryNewServer(client: Client): Promise<void> {
    this.#health.beginQuery()
    await this.#queryServers(client)
    this.#health.endQuery()
  }

  /** Queries the servers for their description. If the Redis user has no right to that, the problem names the right. */
  async #queryServers(client: Client): Promise<void> {
    try {
      const servers = await queryServers(client)
      const { topology } = this.#factory
      if (topology.kind === 'standalone' && servers.some(({ cluster }) => cluster)) this.#becomeCluster()
      else {
        const save = await querySavePolicy(client, servers, topology)
        this.#health.evaluate(servers, save, this.#clusterWarning)
      }
    } catch (error) {
      this.#health.failed(withoutCommand(error))
      this.#health.roleUnknown()
    }
  }

  /** Switches to the Cluster topology, because the single server in REDIS_URL turned out to be a node of a Cluster. */
  #becomeCluster(): void {
    const { topology } = this.#factory
    if (topology.kind !== 'standalone' || this.#closed) return
    const { host, port, credentials, tls, database } = topology
    const leftOut =
      database === 0 ? '' : `, without the database number ${database}, which a Cluster does not have`
    const problem = `Redis at ${host}:${port} is a Cluster and is used as such${leftOut}`
    const about = 'REDIS_CLUSTER'
    this.#clusterWarning = [
      { code: 'redis-is-a-cluster', about, severity: 'warning', problem, cure: 'set REDIS_CLUSTER=true' },
    ]
    this.#factory = createClientFactory(
      { kind: 'cluster', credentials, ...(tls ? { tls } : {}), nodes: [{ host, port }] },
      this.#options,
    )
    this.#health.evaluate([], undefined, this.#clusterWarning)
    this.#commands.rebuild()
    this.#subscribers.moveTo(this.#factory)
  }

  /**
   * In a Cluster, a channel is always published on the same node, so that messages of one publisher keep their order.
   */
  #publisher(channel: string): Client {
    const { client } = this.#commands
    if (!(client instanceof Cluster)) return client
    const node = client.slots[clusterSlot(channel)]?.[0]
    return client.nodes('master').find(({ options }) => `${options.host}:${options.port}` === node) ?? client
  }

  async #call(options: CallOptions = {}, keys: string[], send: () => Promise<unknown>): Promise<unknown> {
    const tries = options.idempotent ? this.#tries : 1
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(options.deadlineMs, keys, send)
      } catch (error) {
        const again = attempt < tries && error instanceof RedisUnavailable && error.kind === 'away'
        if (!again || this.#closed) throw error
        await sleep(50 * attempt)
      }
    }
  }

  async #once(
    deadlineMs: number | undefined,
    keys: string[],
    send: () => Promise<unknown>,
  ): Promise<unknown> {
    if (this.#closed) throw new RedisUnavailable('away', 'the connection to Redis is closed')
    if (this.#pending >= maxPending) {
      throw new RedisUnavailable('away', `${maxPending} calls are already waiting for Redis`)
    }
    this.#pending++
    const work = send().finally(() => this.#pending--)
    try {
      const reply = await withDeadline(work, deadlineMs ?? defaultDeadlineMs, 'Redis')
      this.#commands.noteReply()
      return reply
    } catch (error) {
      const kind = failureKind(withoutCommand(error))
      this.#health.failed(error, { keys })
      // Without the right to query a node's description, the first key on another node shows that it is a Cluster.
      if (error instanceof Error && error.message.startsWith('MOVED ')) this.#becomeCluster()
      // Ping at once, so that a node that does not reply is detected before the next regular ping.
      if (error instanceof DeadlineError) this.#commands.probe()
      throw new RedisUnavailable(kind, error instanceof Error ? error.message : String(error), {
        cause: error,
      })
    }
  }
}

/**
 * Sends the commands of one turn of the event loop in one write. A pipeline is not used, because its commands would all
 * fail if one does. Does nothing in a Cluster, where the client has not chosen the connection yet.
 */
function corkUntilNextTick(client: Client): void {
  // Undefined before the first connection.
  const stream: Redis['stream'] | undefined = client instanceof Cluster ? undefined : client.stream
  if (!stream || stream.writableCorked > 0) return
  stream.cork()
  setImmediate(() => stream.uncork())
}

function pingAll(client: Client): Promise<unknown> {
  if (!(client instanceof Cluster)) return client.ping()
  const masters = client.nodes('master')
  if (masters.length === 0) return Promise.reject(new Error('no startup nodes'))
  return Promise.all(masters.map(pingNode))
}

/**
 * Queries the state of the Cluster, because a node replies to PING even while its Cluster is down. Without that right,
 * pings.
 */
async function pingNode(node: Redis): Promise<void> {
  const info = await node.cluster('INFO').catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith('NOPERM')) return node.ping()
    throw error
  })
  if (/^cluster_state:fail/m.test(info)) throw new Error('CLUSTERDOWN The cluster is down')
}
