import type { ResponseOf } from '../../protocol/http/index.ts'
import type { Store } from '../store/index.ts'
import type { ModelCatalogue } from '../upstream/index.ts'
import { viewCluster } from './view-cluster.ts'
import type { ViewClusterOptions } from './view-cluster.ts'

export interface CountProblemsOptions extends ViewClusterOptions {
  store: ViewClusterOptions['store'] & { users: Pick<Store['users'], 'counts'> }
  models: Pick<ModelCatalogue, 'states'>
}

/** Counts what needs an administrator, for the badges of the administration. */
export async function countProblems(options: CountProblemsOptions): Promise<ResponseOf<'getAdministration'>> {
  const [{ pending }, { store, redis, members }] = await Promise.all([
    options.store.users.counts({}),
    viewCluster(options),
  ])
  const states = [...options.models.states().values()]
  return {
    pendingUsers: pending,
    failingConnections: states.filter(({ problem }) => problem !== undefined).length,
    instanceProblems:
      Number(!store.healthy) +
      Number(redis.configured && !redis.healthy) +
      members.filter(({ takeover }) => !takeover).length,
  }
}
