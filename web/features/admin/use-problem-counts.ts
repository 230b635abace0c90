import { useQuery } from '@tanstack/react-query'
import type { ResponseOf } from '../../../protocol/http/index.ts'
import { operationQuery } from '../../api/operation-query.ts'
import { useMe } from '../session/use-me.ts'

export type ProblemCounts = ResponseOf<'getAdministration'>

const none: ProblemCounts = { pendingUsers: 0, failingConnections: 0, instanceProblems: 0 }

/** An event reports changes at once; this covers what no event reports, such as an instance that has problems. */
const refreshMs = 60_000

/** What needs an administrator. All counts are 0 for other users, and until they are known. */
export function useProblemCounts(): ProblemCounts {
  const { role } = useMe()
  const { data } = useQuery({
    ...operationQuery('getAdministration'),
    enabled: role === 'admin',
    staleTime: refreshMs,
    refetchInterval: refreshMs,
  })
  return (role === 'admin' ? data : undefined) ?? none
}
