import { sentenceOf } from '../../base/index.ts'
import type { Clock, Finding, Logger } from '../../base/index.ts'
import type { RedisProblem } from './redis-failure.ts'
import { explain } from './redis-failure.ts'
import type { RedisTopology } from './redis-url.ts'
import type { ServerInfo } from './server-info.ts'
import { adviceFor } from './server-info.ts'

/** A problem that is not the connection's is over when it has not been seen for this long. */
const forgottenAfterMs = 10_000
/** The same problem is logged again after this long. */
const repeatedAfterMs = 60_000

/** Its code. A replica answers whatever is asked of it. */
const replica = 'redis-replica'

interface Seen extends RedisProblem {
  at: number
}

/** Whether the link works, and if not, why. */
export class LinkHealth {
  healthy = false
  readonly #parts = { commands: false, subscriber: false }
  readonly #where: string
  /** What else it may be when the server hangs up or stays silent, and never once answered. */
  readonly #hint: string
  #everHealthy = false
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #watchers = new Set<(healthy: boolean) => void>()
  readonly #problems = new Map<string, Seen>()
  readonly #logged = new Map<string, number>()
  #tooOld: Finding | undefined
  #warnings: Finding[] = []
  /** Connections whose server has not said yet what it is. */
  #strangers = 0
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
    this.#judge()
  }

  /** `keys` are those of the call that failed, `node` is the one of several nodes that it happened to. */
  failed(
    error: unknown,
    { keys = [], node }: { keys?: string[] | undefined; node?: string | undefined } = {},
  ): void {
    const problem = explain(error, node ?? this.#where, keys)
    // That one of several nodes is silent does not say that Redis is.
    if (!problem || (node !== undefined && isVague(problem))) return
    this.#note(problem, { err: error })
  }

  #note(problem: RedisProblem, cause: object = {}): void {
    const now = this.#clock.monotonic()
    // A replica answers whatever is asked of it, and does nothing that this link is for.
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
    if (now - (this.#logged.get(problem.code) ?? Number.NEGATIVE_INFINITY) < repeatedAfterMs) return
    this.#logged.set(problem.code, now)
    this.#logger.warn(cause, sentenceOf(problem))
  }

  problem(): Finding | undefined {
    if (this.#tooOld) return this.#tooOld
    const now = this.#clock.monotonic()
    const current = [...this.#problems.values()].filter(
      ({ code, connecting, at }) =>
        (connecting && !this.healthy) || (code === replica && this.#replica) || now - at < forgottenAfterMs,
    )
    const worst = current.findLast(({ connecting }) => connecting) ?? current.at(-1)
    if (worst)
      return { ...worst, cure: worst.cure + (isVague(worst) && !this.#everHealthy ? this.#hint : '') }
    return this.healthy ? undefined : notConnected(this.#where)
  }

  /** What to change though everything works, as the servers last said of themselves. */
  warnings(): Finding[] {
    return this.#warnings
  }

  /** It answers, and is a replica as far as is known: not healthy until a server says that it is a master. */
  get replica(): boolean {
    return this.#replica
  }

  /** It may not be asked what it is: after a while without a refused write it is tried again. */
  roleUnknown(): void {
    const refused = this.#problems.get(replica)
    if (this.#replica && refused && this.#clock.monotonic() - refused.at >= forgottenAfterMs) {
      this.#becomeReplica(false)
    }
  }

  #becomeReplica(replica: boolean): void {
    this.#replica = replica
    this.#judge()
  }

  /** A server has been connected to, and is being asked what it is: not healthy until `met`. */
  meeting(): void {
    this.#strangers++
    this.#judge()
  }

  met(): void {
    this.#strangers--
    this.#judge()
  }

  /** What the servers say of themselves; `save` as for adviceFor, `besides` what else is to be warned of. */
  learn(servers: ServerInfo[], save: string | undefined, besides: Finding[]): void {
    const old = servers.find(({ version }) => Number.parseInt(version ?? '7', 10) < 7)
    const tooOld = old && versionTooOld(this.#where, old.version)
    if (tooOld && !this.#tooOld) this.#logger.error(sentenceOf(tooOld))
    this.#tooOld = tooOld
    const wrongServer = servers.some((server) => server.replica === true)
      ? explain('READONLY', this.#where)
      : undefined
    if (wrongServer) this.#note(wrongServer)
    else if (servers.length > 0) this.#replica = false
    // What to improve about a server that is the wrong one is no matter.
    const advice = wrongServer ? [] : servers.flatMap((server) => adviceFor(server, this.#where, save))
    const warnings = new Map([...besides, ...advice].map((finding) => [sentenceOf(finding), finding]))
    const known = new Set(this.#warnings.map(sentenceOf))
    for (const sentence of warnings.keys()) if (!known.has(sentence)) this.#logger.warn(sentence)
    this.#warnings = [...warnings.values()]
    this.#judge()
  }

  #judge(): void {
    const connected = this.#parts.commands && this.#parts.subscriber && this.#strangers === 0
    const healthy = connected && !this.#tooOld && !this.#replica
    if (healthy === this.healthy) return
    this.healthy = healthy
    if (healthy) {
      this.#everHealthy = true
      for (const [code, { connecting }] of this.#problems)
        if (connecting || code === replica) this.#problems.delete(code)
      // Whether it is a replica still is found out by trying, where it may not be asked: that is no news.
      for (const code of this.#logged.keys()) if (code !== replica) this.#logged.delete(code)
      this.#logger.info(`Redis at ${this.#where} is connected`)
    }
    for (const watcher of this.#watchers) watcher(healthy)
  }
}

/** "lost" and "silent" follow from anything: they do not replace what says more. */
function isVague({ code }: RedisProblem): boolean {
  return code === 'redis-lost' || code === 'redis-silent'
}

function notConnected(where: string): Finding {
  const problem = `Redis at ${where} is not connected yet`
  return { code: 'redis-not-connected', about: where, severity: 'error', problem, cure: 'it is being tried' }
}

function versionTooOld(where: string, version = 'unknown'): Finding {
  const problem = `Redis at ${where} is version ${version}`
  const cure = 'Shoal needs 7.0 or newer, for sharded channels'
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
