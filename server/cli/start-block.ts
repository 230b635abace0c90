import { join } from 'node:path'
import type { Config } from '../config.ts'
import { version } from '../version.ts'

/** What a start prints once it serves: where, on what, and as whom. */
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
      : // Behind a proxy people open its address; this one is for whoever looks at the instance itself.
        [['open', http.publicUrl] as const, ['here', here] as const]),
    ['data', embedded ? join(store.dataDir, 'shoal.db') : 'PostgreSQL'],
    ['mode', `${embedded ? 'embedded' : 'postgres'}, ${fleet}`],
    ['label', instance.workers > 1 ? `${instance.label}-1 to -${instance.workers}` : instance.label],
  ] as const
  return `\n${lines.map(([name, value]) => `  ${name.padEnd(6)} ${value}`).join('\n')}\n\n`
}
