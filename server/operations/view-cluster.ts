import type { ResponseOf } from '../../protocol/http/index.ts'
import { sentenceOf } from '../base/index.ts'
import type { Membership } from '../coordination/contracts.ts'
import type { RedisLink } from '../coordination/redis/redis-link.ts'
import type { Store } from '../store/index.ts'
import type { InstallationFindings } from './detect-other-installation.ts'

export interface ViewClusterOptions {
  membership: Pick<Membership, 'members' | 'self'>
  store: Pick<Store, 'kind' | 'ping' | 'degraded' | 'epochs'>
  /** The Redis connection; absent without REDIS_URL. */
  link?: Pick<RedisLink, 'healthy' | 'problem' | 'warnings'>
  findings: InstallationFindings
}

/** The instances as this instance sees them, and the state of the store and Redis that they share. */
export async function viewCluster({
  membership,
  store,
  link,
  findings: { foreignWriter, otherPrefix },
}: ViewClusterOptions): Promise<ResponseOf<'getCluster'>> {
  const problem = await store.ping().then(
    async () => (await store.degraded()).map(sentenceOf).join('; '),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  const suspended = problem === '' ? await describeSuspended(store) : undefined
  const redisProblem = link?.problem()
  const members = membership.members().map((member) => ({
    incarnation: member.incarnation,
    label: member.label,
    version: member.version,
    state: member.state,
    startedAt: member.startedAt,
    runs: member.runs,
    sockets: member.sockets,
    fallbacks: member.fallbacks,
    people: member.people,
    revisions: member.revisions,
    takeover: member.takeover,
    self: member.incarnation === membership.self,
  }))
  return {
    instance: membership.self,
    store: {
      kind: store.kind,
      healthy: problem === '',
      ...(problem === '' ? {} : { problem }),
      warnings: [
        ...(suspended === undefined ? [] : [suspended]),
        ...(otherPrefix ? [sentenceOf(otherPrefix)] : []),
      ],
    },
    redis: {
      configured: link !== undefined,
      healthy: link?.healthy() ?? false,
      ...(redisProblem ? { problem: sentenceOf(redisProblem) } : {}),
      warnings: [...(link?.warnings() ?? []), ...(foreignWriter ? [foreignWriter] : [])].map(sentenceOf),
    },
    members,
  }
}

/**
 * Describes the API keys and jobs that are suspended because the store was restored or copied; undefined if there are
 * none.
 */
export async function describeSuspended({ epochs }: Pick<Store, 'epochs'>): Promise<string | undefined> {
  const { unconfirmed, begunAt } = await epochs.read()
  const { apiKeys, jobs } = unconfirmed
  if (apiKeys + jobs === 0) return undefined
  const since = new Date(begunAt).toISOString().slice(0, 10)
  return `The data was restored or copied on ${since}: ${apiKeys} API keys and ${jobs} background jobs are suspended until you run \`shoal store confirm\``
}
