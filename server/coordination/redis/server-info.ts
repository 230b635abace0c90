import { Cluster } from 'ioredis'
import type { Redis } from 'ioredis'
import type { Finding } from '../../base/index.ts'
import type { RedisTopology } from './redis-url.ts'

/** The relevant fields in the INFO of one server. Missing fields are undefined. */
export interface ServerInfo {
  version?: string
  /** Whether it is a node of a Cluster. */
  cluster: boolean
  /** True for a replica, which does not accept writes; otherwise absent. */
  replica?: true
  /** Bytes; 0 means no limit. */
  maxmemory?: number
  maxmemoryPolicy?: string
  /** Whether the append-only file is on. */
  appendOnly?: boolean
  /** The number of snapshots since its start. */
  snapshots?: number
  uptimeSeconds?: number
}

/** Reads the reply to INFO, with the fields of Redis 7.0. */
export function readServerInfo(text: string): ServerInfo {
  const fields = new Map(
    [...text.matchAll(/^([a-z_]+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]),
  )
  const number = (name: string): number | undefined => {
    const value = Number(fields.get(name) || Number.NaN)
    return Number.isFinite(value) ? value : undefined
  }
  const appendOnly = number('aof_enabled')
  return present({
    version: fields.get('redis_version'),
    cluster: fields.get('cluster_enabled') === '1' || fields.get('redis_mode') === 'cluster',
    replica: fields.get('role') === 'slave' ? true : undefined,
    maxmemory: number('maxmemory'),
    maxmemoryPolicy: fields.get('maxmemory_policy'),
    appendOnly: appendOnly === undefined ? undefined : appendOnly === 1,
    snapshots: number('rdb_saves'),
    uptimeSeconds: number('uptime_in_seconds'),
  })
}

/** Queries INFO of the server, or of each master of a Cluster. Masters that do not reply are left out. */
export async function queryServers(client: Redis | Cluster): Promise<ServerInfo[]> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client]
  const answers = await Promise.allSettled(nodes.map((node) => node.info()))
  const texts = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const refused = answers.find((answer) => answer.status === 'rejected')
  if (texts.length === 0 && refused) throw refused.reason
  return texts.map(readServerInfo)
}

/**
 * Queries the `save` setting of the first server. Undefined if Redis refuses the query, or if all servers have an
 * append-only file. With a username it is not queried: the rights that docs/deploy/redis.md lists do not include it.
 */
export async function querySavePolicy(
  client: Redis | Cluster,
  servers: ServerInfo[],
  { credentials }: RedisTopology,
): Promise<string | undefined> {
  if (credentials.username !== undefined || servers.every(({ appendOnly }) => appendOnly)) return undefined
  const [node] = client instanceof Cluster ? client.nodes('master') : [client]
  const answer = (await node?.call('config', 'get', 'save').catch(() => undefined)) as string[] | undefined
  return answer?.[1]
}

/** By default, Redis saves at least once an hour if there were changes, and heartbeats change it all the time. */
const surelySavedAfterSeconds = 3700

/**
 * Returns advice to operators that does not prevent operation. `save` is the setting of that name, or undefined if
 * it is not known.
 */
export function adviceFor(info: ServerInfo, where: string, save: string | undefined): Finding[] {
  const found: Finding[] = []
  const advise = (code: string, problem: string, cure: string): void => {
    found.push({ code, about: where, severity: 'warning', problem, cure })
  }
  if (info.maxmemoryPolicy?.startsWith('allkeys-')) {
    advise(
      'redis-evicts-keys',
      `Redis at ${where} may delete any key when it is full (maxmemory-policy ${info.maxmemoryPolicy})`,
      'set noeviction, so that Shoal can report that Redis is full',
    )
  }
  if (info.maxmemory === 0) {
    advise(
      'redis-without-maxmemory',
      `Redis at ${where} has no maxmemory`,
      'set it below the memory of the machine; otherwise Redis grows until the kernel kills it',
    )
  }
  const savesNothing =
    save === undefined
      ? info.snapshots === 0 && (info.uptimeSeconds ?? 0) > surelySavedAfterSeconds
      : save.trim() === ''
  if (info.appendOnly === false && savesNothing) {
    advise(
      'redis-keeps-nothing',
      `Redis at ${where} loses all data when it restarts`,
      'set appendonly yes, so that rate limits and the latest text of running answers survive',
    )
  }
  return found
}

function present<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
