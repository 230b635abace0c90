import { readFileSync } from 'node:fs'
import { checkServerIdentity } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import type { RedisOptions } from 'ioredis'
import { Cluster, Redis } from 'ioredis'
import { jitter } from '../../base/index.ts'
import type { RedisAddress, RedisCredentials, RedisTls, RedisTopology } from './redis-url.ts'

/** The options of ioredis, without the one option whose type its constructors do not accept. */
type NodeOptions = Omit<RedisOptions, 'replyMapping'>

/** The deadline of a call without `deadlineMs`. */
export const defaultDeadlineMs = 2000

export interface ConnectOptions {
  /** The maximum time for establishing a connection. Default: 1500. */
  connectTimeoutMs?: number
  /**
   * The first pause before a reconnection. Default: 50. Later pauses grow to a second, or stay at this if it is longer.
   */
  reconnectDelayMs?: number
  /** Overrides the TLS parameters in REDIS_URL. Has an effect only with rediss://. */
  tls?: Partial<RedisTls>
}

/** Builds the ioredis clients for one topology, all with the same options against faults. */
export interface ClientFactory {
  commands(): Redis | Cluster
  /** A connection for subscriptions: to `node` in a Cluster, otherwise to the single node or to the master. */
  subscriber(node?: RedisAddress): Redis
  sentinel(address: RedisAddress): Redis
  readonly topology: RedisTopology
}

export function createClientFactory(topology: RedisTopology, options: ConnectOptions = {}): ClientFactory {
  const tls = topology.tls ? readTls({ ...topology.tls, ...options.tls }, knownHosts(topology)) : undefined
  const node = nodeOptions(topology.credentials, tls, options)
  const pause = backoff(options.reconnectDelayMs ?? 50)
  const single = (): Redis => {
    if (topology.kind === 'sentinel') return new Redis({ ...node, ...sentinelOptions(topology, tls, pause) })
    if (topology.kind === 'standalone') {
      const { host, port, database: db } = topology
      return new Redis({ ...node, ...withName(tls, host), host, port, db, retryStrategy: pause })
    }
    throw new TypeError('a Cluster has no single node')
  }
  return {
    topology,
    commands: () =>
      topology.kind === 'cluster' ? new Cluster(topology.nodes, clusterOptions(node)) : single(),
    subscriber: (at) =>
      at ? new Redis({ ...node, ...withName(tls, at.host), ...at, retryStrategy: pause }) : single(),
    sentinel: (at) =>
      new Redis({
        ...nodeOptions(topology.kind === 'sentinel' ? credentialsOfSentinels(topology) : {}, tls, options),
        ...withName(tls, at.host),
        ...at,
        enableReadyCheck: false,
        retryStrategy: (attempt) => Math.max(pause(attempt), 500),
      }),
  }
}

/**
 * Options that were tested with kills, pauses and failovers. There is no offline queue and no resending: a call fails
 * at once while Redis is away, and calls in progress are rejected when their connection breaks, so that no call is
 * executed after its caller got an error. `maxRetriesPerRequest: 0` causes this rejection; otherwise the calls would
 * wait for their timeout.
 */
function nodeOptions(
  credentials: RedisCredentials,
  tls: ConnectionOptions | undefined,
  options: ConnectOptions,
): NodeOptions {
  return {
    ...credentials,
    ...(tls ? { tls } : {}),
    connectTimeout: options.connectTimeoutMs ?? 1500,
    commandTimeout: defaultDeadlineMs,
    // If a node sends no reply for this long, it is paused, or is dead and has not closed the connection.
    socketTimeout: 2500,
    disconnectTimeout: 200,
    keepAlive: 5000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // SubscriberConnection renews subscriptions itself, because ioredis does not handle a failed resubscription.
    autoResubscribe: false,
    disableClientInfo: true,
    reconnectOnError: (error) => (/^(READONLY|NOREPLICAS|MASTERDOWN)/.test(error.message) ? 1 : false),
  }
}

function sentinelOptions(
  topology: RedisTopology & { kind: 'sentinel' },
  tls: ConnectionOptions | undefined,
  pause: (attempt: number) => number,
): NodeOptions {
  const { username, password } = credentialsOfSentinels(topology)
  return {
    sentinels: topology.sentinels,
    name: topology.master,
    db: topology.database,
    ...(username ? { sentinelUsername: username } : {}),
    ...(password ? { sentinelPassword: password } : {}),
    ...(tls ? { sentinelTLS: tls, enableTLSForSentinelMode: true } : {}),
    sentinelCommandTimeout: 1000,
    sentinelRetryStrategy: pause,
    retryStrategy: pause,
  }
}

/**
 * Returns the configured credentials of the sentinels. Without any, it returns the password of the servers, because
 * sentinels often have the same one. Sentinels without a password accept any.
 */
function credentialsOfSentinels(topology: RedisTopology & { kind: 'sentinel' }): RedisCredentials {
  const { username, password } = topology.sentinelCredentials
  if (username !== undefined || password !== undefined) return topology.sentinelCredentials
  const { password: shared } = topology.credentials
  return shared === undefined ? {} : { password: shared }
}

function clusterOptions(node: NodeOptions) {
  return {
    redisOptions: node,
    enableOfflineQueue: false,
    // With a ready check, a Cluster that is down looks like a connection that is never ready. Its commands report it.
    enableReadyCheck: false,
    // Resending after a broken connection could execute a call twice.
    retryDelayOnFailover: 0,
    // If calls waited while a Cluster is down, their timeouts would hide its real problem.
    retryDelayOnClusterDown: 0,
    // By default there is no refresh, and a client keeps nodes that no longer exist.
    slotsRefreshInterval: 2000,
    slotsRefreshTimeout: 1000,
    clusterRetryStrategy: (attempt: number) => Math.min(100 * attempt, 1000),
    // Host names are not resolved here, so that each connection resolves them and certificates are checked against
    // them.
    dnsLookup: (hostname: string, answer: (error: null, address: string) => void) => answer(null, hostname),
  }
}

function backoff(first: number): (attempt: number) => number {
  return (attempt) => Math.min(first * 2 ** Math.min(attempt - 1, 10), Math.max(first, 1000)) + jitter() * 50
}

function readTls(tls: RedisTls, hosts: string[]): ConnectionOptions {
  const read = (path: string | undefined, name: string) => {
    if (path === undefined) return {}
    try {
      return { [name]: readFileSync(path) }
    } catch (cause) {
      throw new Error(`the TLS file ${path} for Redis cannot be read: ${String(cause)}`, { cause })
    }
  }
  return {
    ...read(tls.caFile, 'ca'),
    ...read(tls.certFile, 'cert'),
    ...read(tls.keyFile, 'key'),
    rejectUnauthorized: tls.check,
    // Sentinel and Cluster announce addresses, so a certificate for a configured host name is accepted as well.
    checkServerIdentity: (host, certificate) => {
      const wrong = checkServerIdentity(host, certificate)
      return wrong && hosts.some((known) => !checkServerIdentity(known, certificate)) ? undefined : wrong
    },
  }
}

/** Adds the server name indication, which Node sends only if `servername` is set. */
function withName(tls: ConnectionOptions | undefined, host: string): { tls?: ConnectionOptions } {
  return tls && !/^[\d.]+$|:/.test(host) ? { tls: { ...tls, servername: host } } : {}
}

function knownHosts(topology: RedisTopology): string[] {
  if (topology.kind === 'standalone') return [topology.host]
  return (topology.kind === 'cluster' ? topology.nodes : topology.sentinels).map(({ host }) => host)
}
