import { sentenceOf } from '../../base/index.ts'
import type { Clock, Finding, Logger } from '../../base/index.ts'
import type { RedisProblem } from './redis-failure.ts'
import { explain } from './redis-failure.ts'
import type { RedisTopology } from './redis-url.ts'
import type { ServerInfo } from './server-info.ts'
import { adviceFor } from './server-info.ts'

/** A problem other than of the connection is over if it has not been seen for this long. */
const problemExpiryMs = 10_000
/** The minimum time between two log lines about the same problem. */
const logIntervalMs = 60_000

/** The code of the problem that the server is a replica. Unlike other bad servers, a replica answers pings. */
const replica = 'redis-replica'

interface Seen extends RedisProblem {
  at: number
}

/** Records whether the link to Redis works and, if it does not, the reason. */
export class LinkHealth {
  healthy = false
  readonly #parts = { commands: false, subscriber: false }
  readonly #where: string
  /** A possible further cause, added if the server closes connections or does not reply, and has never replied. */
  readonly #hint: string
  #everHealthy = false
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #watchers = new Set<(healthy: boolean) => void>()
  readonly #problems = new Map<string, Seen>()
  readonly #logged = new Map<string, number>()
  #tooOld: Finding | undefined
  #warnings: Finding[] = []
  /** The number of connections whose server has not described itself yet. */
  #pendingQueries = 0
  #replica = false

  constructor(topology: RedisTopology, { clock, logger }: { clock: Clock; logger: Logger }) {
    this.#where = addressesOf(topology)
    this.#hint = topology.tls
      ? '; if it does not speak TLS, write redis:// instead of rediss://'
      : '; if it wants TLS, write rediss:// instead of redis://'
    this.#clock = clock
    this.#logger = logger
  }

  watch(listener: (healthy: boolean) => void): () => void {
    this.#watchers.add(listener)
    return () => this.#watchers.delete(listener)
  }

  set(part: 'commands' | 'subscriber', works: boolean): void {
    this.#parts[part] = works
    this.#updateHealth()
  }

  /** Records an error. `keys` are the keys of the failed call; `node` is the node that failed, if there are several. */
  failed(
    error: unknown,
    { keys = [], node }: { keys?: string[] | undefined; node?: string | undefined } = {},
  ): void {
    const problem = explain(error, node ?? this.#where, keys)
    // If one of several nodes does not reply, Redis as a whole may still work.
    if (!problem || (node !== undefined && isVague(problem))) return
    this.#record(problem, { err: error })
  }

  #record(problem: RedisProblem, cause: object = {}): void {
    const now = this.#clock.monotonic()
    // A replica answers pings, so only this makes the link unhealthy.
    if (problem.code === replica) this.#becomeReplica(true)
    if (
      isVague(problem) &&
      [...this.#problems.values()].some(
        (held) => (held.connecting || held.code === replica) && now - held.at < 5000,
      )
    )
      return
    this.#problems.delete(problem.code)
    this.#problems.set(problem.code, { ...problem, at: now })
    if (now - (this.#logged.get(problem.code) ?? Number.NEGATIVE_INFINITY) < logIntervalMs) return
    this.#logged.set(problem.code, now)
    this.#logger.warn(cause, sentenceOf(problem))
  }

  problem(): Finding | undefined {
    if (this.#tooOld) return this.#tooOld
    const now = this.#clock.monotonic()
    const current = [...this.#problems.values()].filter(
      ({ code, connecting, at }) =>
        (connecting && !this.healthy) || (code === replica && this.#replica) || now - at < problemExpiryMs,
    )
    const worst = current.findLast(({ connecting }) => connecting) ?? current.at(-1)
    if (worst)
      return { ...worst, cure: worst.cure + (isVague(worst) && !this.#everHealthy ? this.#hint : '') }
    return this.healthy ? undefined : notConnected(this.#where)
  }

  /** Advice that does not prevent operation, from the servers' latest description of themselves. */
  warnings(): Finding[] {
    return this.#warnings
  }

  /** True if the server is known as a replica. The link is not healthy until a server says that it is a master. */
  get replica(): boolean {
    return this.#replica
  }

  /**
   * Called if the Redis user has no right to query the role. A replica is tried again some time after a refused write.
   */
  roleUnknown(): void {
    const refused = this.#problems.get(replica)
    if (this.#replica && refused && this.#clock.monotonic() - refused.at >= problemExpiryMs) {
      this.#becomeReplica(false)
    }
  }

  #becomeReplica(replica: boolean): void {
    this.#replica = replica
    this.#updateHealth()
  }

  /** Called when a server has connected and its description is queried. The link is unhealthy until `endQuery`. */
  beginQuery(): void {
    this.#pendingQueries++
    this.#updateHealth()
  }

  endQuery(): void {
    this.#pendingQueries--
    this.#updateHealth()
  }

  /** Evaluates the servers' descriptions. `save`: see `adviceFor`. `besides`: warnings to show in addition. */
  evaluate(servers: ServerInfo[], save: string | undefined, besides: Finding[]): void {
    const old = servers.find(({ version }) => Number.parseInt(version ?? '7', 10) < 7)
    const tooOld = old && versionTooOld(this.#where, old.version)
    if (tooOld && !this.#tooOld) this.#logger.error(sentenceOf(tooOld))
    this.#tooOld = tooOld
    const wrongServer = servers.some((server) => server.replica === true)
      ? explain('READONLY', this.#where)
      : undefined
    if (wrongServer) this.#record(wrongServer)
    else if (servers.length > 0) this.#replica = false
    // Advice about a replica would be useless, because Shoal cannot use it anyway.
    const advice = wrongServer ? [] : servers.flatMap((server) => adviceFor(server, this.#where, save))
    const warnings = new Map([...besides, ...advice].map((finding) => [sentenceOf(finding), finding]))
    const known = new Set(this.#warnings.map(sentenceOf))
    for (const sentence of warnings.keys()) if (!known.has(sentence)) this.#logger.warn(sentence)
    this.#warnings = [...warnings.values()]
    this.#updateHealth()
  }

  #updateHealth(): void {
    const connected = this.#parts.commands && this.#parts.subscriber && this.#pendingQueries === 0
    const healthy = connected && !this.#tooOld && !this.#replica
    if (healthy === this.healthy) return
    this.healthy = healthy
    if (healthy) {
      this.#everHealthy = true
      for (const [code, { connecting }] of this.#problems)
        if (connecting || code === replica) this.#problems.delete(code)
      // Without the right to query the role, a replica counts as healthy again and again, until a write: log it once.
      for (const code of this.#logged.keys()) if (code !== replica) this.#logged.delete(code)
      this.#logger.info(`Redis at ${this.#where} is connected`)
    }
    for (const watcher of this.#watchers) watcher(healthy)
  }
}

/** "lost" and "silent" can have any cause, so they do not replace a more specific problem. */
function isVague({ code }: RedisProblem): boolean {
  return code === 'redis-lost' || code === 'redis-silent'
}

function notConnected(where: string): Finding {
  const problem = `Redis at ${where} is not connected yet`
  return {
    code: 'redis-not-connected',
    about: where,
    severity: 'error',
    problem,
    cure: 'Shoal is still trying to connect',
  }
}

function versionTooOld(where: string, version = 'unknown'): Finding {
  const problem = `Redis at ${where} is version ${version}`
  const cure = 'Shoal needs 7.0 or newer, because it uses sharded channels'
  return { code: 'redis-too-old', about: where, severity: 'error', problem, cure }
}

function addressesOf(topology: RedisTopology): string {
  const list =
    topology.kind === 'standalone'
      ? [topology]
      : topology.kind === 'cluster'
        ? topology.nodes
        : topology.sentinels
  return list.map(({ host, port }) => `${host}:${port}`).join(', ')
}
