import { join } from 'node:path'
import type { Config } from '../config.ts'
import { version } from '../version.ts'

/** The block that a started server prints: its addresses, its store, its mode and its label. */
export function startBlock(config: Config, port: number): string {
  const { store, redis, http, instance } = config
  const host = ['0.0.0.0', '::'].includes(http.host) ? 'localhost' : http.host
  const here = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const embedded = store.databaseUrl === null
  const fleet = embedded ? 'single instance' : `fleet, ${redis.url === null ? 'without Redis' : 'with Redis'}`
  const lines = [
    ['Shoal', `${version} is ready`],
    ...(http.publicUrl === null
      ? [['open', here] as const]
      : // Users open the address of the proxy; an operator checks this instance at its own address.
        [['open', http.publicUrl] as const, ['here', here] as const]),
    ['data', embedded ? join(store.dataDir, 'shoal.db') : 'PostgreSQL'],
    ['mode', `${embedded ? 'embedded' : 'postgres'}, ${fleet}`],
    ['label', instance.workers > 1 ? `${instance.label}-1 to -${instance.workers}` : instance.label],
  ] as const
  return `\n${lines.map(([name, value]) => `  ${name.padEnd(6)} ${value}`).join('\n')}\n\n`
}
