import type { RedisVariables } from '../../server/coordination/redis/redis-url.ts'

/** The environment variables that configure a Redis of any topology. */
export function redisEnvironment({ url, cluster, sentinelHosts }: RedisVariables): Record<string, string> {
  return {
    REDIS_URL: url,
    ...(cluster ? { REDIS_CLUSTER: 'true' } : {}),
    ...(sentinelHosts ? { REDIS_SENTINEL_HOSTS: sentinelHosts } : {}),
  }
}

/** The same address, but with the port of a proxy on the loopback interface. */
export function throughPort(address: string, port: number): string {
  const url = new URL(address)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return url.href
}
