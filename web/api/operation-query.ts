import { QueryClient, queryOptions } from '@tanstack/react-query'
import type { OperationName, ResponseOf } from '../../protocol/http/index.ts'
import { ApiError } from './api-error.ts'
import { call } from './call.ts'
import type { ArgsOf, InputOf } from './operation-types.ts'

/** The cache key of an operation's response. */
export function operationKey<K extends OperationName>(name: K, input?: InputOf<K>): readonly unknown[] {
  return input === undefined ? [name] : [name, input]
}

/** The query options of a reading operation: `useQuery(operationQuery('getChat', {params: {id}}))`. */
// oxlint-disable-next-line typescript/explicit-function-return-type -- TanStack's tagged key type has no short name
export function operationQuery<K extends OperationName>(name: K, ...[input]: ArgsOf<K>) {
  return queryOptions<ResponseOf<K>>({
    queryKey: operationKey(name, input),
    queryFn: ({ signal }) => {
      // The signature has checked the input against ArgsOf, but TypeScript cannot infer that for the new tuple.
      const args = [input, signal] as unknown as ArgsOf<K>
      return call(name, ...args)
    },
  })
}

/** Creates the page's only cache of server data. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The socket reports changes, and after a gap the page refetches everything.
        staleTime: 5 * 60_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 3 && error instanceof ApiError && error.retryable,
        retryDelay: (attempt, error) =>
          error instanceof ApiError && error.retryAfterMs !== undefined
            ? Math.min(error.retryAfterMs, 30_000)
            : Math.random() * Math.min(500 * 2 ** attempt, 5000),
      },
      mutations: { retry: false },
    },
  })
}
