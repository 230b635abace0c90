import { Cluster } from 'ioredis'
import type { Redis } from 'ioredis'
import type { Finding } from '../../base/index.ts'
import type { RedisTopology } from './redis-url.ts'

/** What INFO says of one server, as far as it matters here; what it does not say is undefined. */
export interface ServerInfo {
  version?: string
  /** It is a node of a Cluster. */
  cluster: boolean
  /** It follows a master, and takes no writes. Absent where it does not. */
  replica?: true
  /** Bytes; 0 is no limit. */
  maxmemory?: number
  maxmemoryPolicy?: string
  /** The append-only file is on. */
  appendOnly?: boolean
  /** Snapshots since its start. */
  snapshots?: number
  uptimeSeconds?: number
}

/** Reads the reply to INFO; fields as of Redis 7.0. */
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

/** INFO of the server, or of each master that answers. */
export async function askServers(client: Redis | Cluster): Promise<ServerInfo[]> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client]
  const answers = await Promise.allSettled(nodes.map((node) => node.info()))
  const texts = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const refused = answers.find((answer) => answer.status === 'rejected')
  if (texts.length === 0 && refused) throw refused.reason
  return texts.map(readServerInfo)
}

/** `save` of the first server; undefined where it may not be read, or does not matter. A user of an ACL is not tried. */
export async function askSavePolicy(
  client: Redis | Cluster,
  servers: ServerInfo[],
  { credentials }: RedisTopology,
): Promise<string | undefined> {
  if (credentials.username !== undefined || servers.every(({ appendOnly }) => appendOnly)) return undefined
  const [node] = client instanceof Cluster ? client.nodes('master') : [client]
  const answer = (await node?.call('config', 'get', 'save').catch(() => undefined)) as string[] | undefined
  return answer?.[1]
}

/** Redis saves after an hour at the latest unless told not to, and heartbeats change something all the time. */
const surelySavedAfterSeconds = 3700

/**
 * What an operator should change though everything works. `save` is what CONFIG GET
 * answers for it, undefined where that is not allowed.
 */
export function adviceFor(info: ServerInfo, where: string, save: string | undefined): Finding[] {
  const found: Finding[] = []
  const advise = (code: string, problem: string, cure: string): void => {
    found.push({ code, about: where, severity: 'warning', problem, cure })
  }
  if (info.maxmemoryPolicy?.startsWith('allkeys-')) {
    advise(
      'redis-evicts-keys',
      `Redis at ${where} may throw any key away when it is full (maxmemory-policy ${info.maxmemoryPolicy})`,
      'set noeviction, so that a full Redis is said and not silent',
    )
  }
  if (info.maxmemory === 0) {
    advise(
      'redis-without-maxmemory',
      `Redis at ${where} has no maxmemory`,
      'set one below what its machine has, or it grows until the kernel kills it',
    )
  }
  const savesNothing =
    save === undefined
      ? info.snapshots === 0 && (info.uptimeSeconds ?? 0) > surelySavedAfterSeconds
      : save.trim() === ''
  if (info.appendOnly === false && savesNothing) {
    advise(
      'redis-keeps-nothing',
      `Redis at ${where} keeps nothing over a restart`,
      'set appendonly yes, so that limits and the newest words of running answers outlive it',
    )
  }
  return found
}

function present<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}
