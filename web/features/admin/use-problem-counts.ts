import { useQuery } from '@tanstack/react-query'
import type { ResponseOf } from '../../../protocol/http/index.ts'
import { operationQuery } from '../../api/operation-query.ts'
import { useSocketStatus } from '../chat/state/live-context.tsx'
import { useMe } from '../session/use-me.ts'

export type ProblemCounts = ResponseOf<'getAdministration'>

const none: ProblemCounts = { pendingUsers: 0, failingConnections: 0, instanceProblems: 0 }

/** An event reports changes at once; this covers what no event reports, such as an instance that has problems. */
const refreshMs = 60_000

/** What needs an administrator. All counts are 0 for other users, and until they are known. */
export function useProblemCounts(): ProblemCounts {
  const { role } = useMe()
  const { state } = useSocketStatus()
  const { data } = useQuery({
    ...operationQuery('getAdministration'),
    // Everything is read again when the connection opens; these counts can wait for that.
    enabled: role === 'admin' && state === 'open',
    staleTime: refreshMs,
    refetchInterval: refreshMs,
  })
  return (role === 'admin' ? data : undefined) ?? none
}
