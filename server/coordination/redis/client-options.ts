import { readFileSync } from 'node:fs'
import { checkServerIdentity } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import type { RedisOptions } from 'ioredis'
import { Cluster, Redis } from 'ioredis'
import { jitter } from '../../base/index.ts'
import type { RedisAddress, RedisCredentials, RedisTls, RedisTopology } from './redis-url.ts'

/** What ioredis takes, without the one option whose type its constructors do not take from it. */
type NodeOptions = Omit<RedisOptions, 'replyMapping'>

/** Deadline of a call that names none, ms. */
export const defaultDeadlineMs = 2000

export interface ConnectOptions {
  /** Longest time for one connection to be made, ms. Default 1500. */
  connectTimeoutMs?: number
  /** First pause before connecting again, ms. Default 50. Later ones grow to a second, or stay at this if it is more. */
  reconnectDelayMs?: number
  /** Overrides what REDIS_URL says of TLS; only with rediss://. */
  tls?: Partial<RedisTls>
}

/** Builds the ioredis clients of one topology, all with the same options against faults. */
export interface ClientFactory {
  commands(): Redis | Cluster
  /** A connection for subscriptions: to `node` in a Cluster, else to the one node or the master. */
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
 * Measured against kills, pauses and failovers. No offline queue and no resending: a call fails at once while Redis is
 * away, and what was in flight when a connection broke is rejected, so that nothing is executed behind the caller's
 * back. `maxRetriesPerRequest: 0` is what rejects it; without it such calls would wait for their timeout.
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
    // No reply to anything written for this long: the node is paused or gone without closing.
    socketTimeout: 2500,
    disconnectTimeout: 200,
    keepAlive: 5000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // Subscriptions are reconciled with a wanted set of our own: ioredis leaves a failed resubscription unhandled.
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
 * Sentinels often have the password of the servers that they watch, so that one is tried where they have none of their
 * own. Sentinels without a password take any.
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
    // It would hide a Cluster that is down behind a connection that is never ready; its commands say so.
    enableReadyCheck: false,
    // Resending after a broken connection could execute a call twice.
    retryDelayOnFailover: 0,
    // A call that waits for a Cluster that is down would say of it that it is silent.
    retryDelayOnClusterDown: 0,
    // Its default is none, and then a client stays with nodes that are gone.
    slotsRefreshInterval: 2000,
    slotsRefreshTimeout: 1000,
    clusterRetryStrategy: (attempt: number) => Math.min(100 * attempt, 1000),
    // Names stay names: they are looked up again at each connection, and certificates are checked against them.
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
      throw new Error(`the TLS file ${path} of Redis cannot be read: ${String(cause)}`, { cause })
    }
  }
  return {
    ...read(tls.caFile, 'ca'),
    ...read(tls.certFile, 'cert'),
    ...read(tls.keyFile, 'key'),
    rejectUnauthorized: tls.check,
    // Sentinel and Cluster announce addresses; a certificate for a name that the operator configured is as good.
    checkServerIdentity: (host, certificate) => {
      const wrong = checkServerIdentity(host, certificate)
      return wrong && hosts.some((known) => !checkServerIdentity(known, certificate)) ? undefined : wrong
    },
  }
}

/** Server name indication, which Node sends only when told the name. */
function withName(tls: ConnectionOptions | undefined, host: string): { tls?: ConnectionOptions } {
  return tls && !/^[\d.]+$|:/.test(host) ? { tls: { ...tls, servername: host } } : {}
}

function knownHosts(topology: RedisTopology): string[] {
  if (topology.kind === 'standalone') return [topology.host]
  return (topology.kind === 'cluster' ? topology.nodes : topology.sentinels).map(({ host }) => host)
}
