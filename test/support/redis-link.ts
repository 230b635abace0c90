import { sentenceOf, silentLogger, systemClock } from '../../server/base/index.ts'
import type { RedisLinkOptions } from '../../server/coordination/redis/redis-clients.ts'
import { createRedisLink } from '../../server/coordination/redis/redis-clients.ts'
import type { RedisLink } from '../../server/coordination/redis/redis-link.ts'
import type { RedisVariables } from '../../server/coordination/redis/redis-url.ts'
import { parseRedisUrl } from '../../server/coordination/redis/redis-url.ts'
import type { TestRedis } from './redis-server.ts'
import { startCluster, startSentinel, startStandalone, startTls, startWithAclUser } from './redis-server.ts'

/** The prefix of all keys in tests. The ACL user may access only these. */
export const testPrefix = 'test'

/** All Redis topologies that Shoal supports. */
export const redisTopologies: [name: string, start: () => Promise<TestRedis>][] = [
  ['standalone', startStandalone],
  ['ACL user', () => startWithAclUser(testPrefix)],
  ['TLS', startTls],
  ['Sentinel', startSentinel],
  ['Cluster', startCluster],
]

/** Creates a link as an instance does, without waiting for its connection. */
export function makeLink(variables: RedisVariables, options: Partial<RedisLinkOptions> = {}): RedisLink {
  const answer = parseRedisUrl(variables)
  if (!answer.ok) throw new Error(`${answer.variable}: ${answer.problem}; ${answer.cure}`)
  return createRedisLink(answer.topology, { clock: systemClock, logger: silentLogger, ...options })
}

/** Creates a link and waits until it is healthy. */
export async function connectLink(
  { variables }: Pick<TestRedis, 'variables'>,
  options: Partial<RedisLinkOptions> = {},
): Promise<RedisLink> {
  const link = makeLink(variables, options)
  await linkBecomes(link, true)
  return link
}

/** Waits until the link is healthy or not. Rejects after 20 s with the link's problem. */
export async function linkBecomes(link: RedisLink, healthy: boolean): Promise<void> {
  for (let tries = 0; tries < 800; tries++) {
    if (link.healthy() === healthy) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(
    `the link did not become ${healthy ? 'healthy' : 'unhealthy'}: ${problemOf(link) ?? 'no problem'}`,
  )
}

/** The problem of a link and its cure, in one sentence. */
export function problemOf(link: Pick<RedisLink, 'problem'>): string | undefined {
  const finding = link.problem()
  return finding && sentenceOf(finding)
}
