import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { RedisProcess } from '../../test/support/redis-process.ts'

export interface RedisConnection {
  address: string
  /** The number of run channels to which the connection is subscribed. */
  runChannels: number
}

/** The Redis connections of a process, as Redis lists them. */
export async function redisConnections(redis: RedisProcess, pid: number): Promise<RedisConnection[]> {
  const ports = localPorts(pid, redis.port)
  const lines = String(await redis.admin.call('CLIENT', 'LIST')).split('\n')
  return lines.flatMap((line) => {
    const address = /\baddr=(\S+)/.exec(line)?.[1] ?? ''
    if (!ports.has(Number(address.split(':').at(-1)))) return []
    return [{ address, runChannels: Number(/\bssub=(\d+)/.exec(line)?.[1] ?? 0) }]
  })
}

/** The local ports of a process's connections to the given port. */
function localPorts(pid: number, remotePort: number): Set<number> {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const target = /^socket:\[(\d+)\]$/.exec(readlink(`/proc/${pid}/fd/${fd}`))
      return target ? [target[1]] : []
    }),
  )
  const ports = readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => inodes.has(fields[9]) && portOf(fields[2]) === remotePort)
    .map((fields) => portOf(fields[1]))
  return new Set(ports)
}

const portOf = (address = ''): number => Number.parseInt(address.split(':')[1] ?? '', 16)

/** Returns '' if the file was closed since it was listed. */
function readlink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
