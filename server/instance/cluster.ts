import type { ResponseOf } from '../../protocol/http/index.ts'
import type { Services } from './services.ts'
import type { InstanceState } from './state.ts'
import { unconfirmed } from './unconfirmed.ts'

/** The instances as this one sees them, and the health of what they share. */
export async function cluster(
  { membership, store, link }: Services,
  { prefixWarning, otherPrefix }: Pick<InstanceState, 'prefixWarning' | 'otherPrefix'>,
): Promise<ResponseOf<'getCluster'>> {
  const problem = await store.ping().then(
    () => store.degraded(),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  const waiting = problem === undefined ? await unconfirmed(store) : undefined
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
      healthy: problem === undefined,
      ...(problem === undefined ? {} : { problem }),
      warnings: [waiting, otherPrefix].filter((sentence) => sentence !== undefined),
    },
    redis: {
      configured: link !== undefined,
      healthy: link?.healthy() ?? false,
      ...(redisProblem === undefined ? {} : { problem: redisProblem }),
      warnings: [...(link?.warnings() ?? []), ...(prefixWarning === undefined ? [] : [prefixWarning])],
    },
    members,
  }
}
