import type { Finding } from '../base/index.ts'
import { invalid } from '../config.ts'
import type { Config } from '../config.ts'
import { parseRedisUrl } from '../coordination/redis/redis-url.ts'
import type { RedisTopology } from '../coordination/redis/redis-url.ts'

/**
 * Returns the topology that the Redis variables describe (undefined without REDIS_URL), or the problem if they are
 * invalid.
 */
export function redisTopology({
  redis,
}: Pick<Config, 'redis'>):
  | { ok: true; topology: RedisTopology | undefined; notes: string[] }
  | { ok: false; problem: Finding } {
  const { url, cluster, sentinelHosts, sentinelPort, sentinelUsername, sentinelPassword } = redis
  if (url === null) return { ok: true, topology: undefined, notes: [] }
  const answer = parseRedisUrl({
    url,
    cluster,
    sentinelHosts,
    sentinelPort,
    sentinelUsername,
    sentinelPassword,
  })
  if (answer.ok) return answer
  const { variable, problem, cure } = answer
  return { ok: false, problem: invalid({ about: variable, problem, cure }) }
}
