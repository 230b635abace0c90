import { Cluster } from 'ioredis'
import type { Redis } from 'ioredis'
import type { RedisTopology } from './redis-url.ts'
import type { ServerInfo } from './server-info.ts'
import { readServerInfo } from './server-info.ts'

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
