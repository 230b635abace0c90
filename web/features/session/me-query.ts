import { queryOptions } from '@tanstack/react-query'
import { ApiError } from '../../api/api-error.ts'
import { call, sessionExpired } from '../../api/call.ts'
import { operationKey } from '../../api/operation-query.ts'
import type { ResponseOf } from '../../../protocol/http/index.ts'

/**
 * Who is signed in, under the key of `getMe`. Fails with `unauthenticated` where nobody is, as `getMe` does; but that is
 * what the page asks before anybody has signed in, so that it is no failed request in the browser's console.
 */
export const meQuery = queryOptions<ResponseOf<'getMe'>>({
  queryKey: operationKey('getMe'),
  queryFn: async ({ signal }) => {
    const user = await whoIsThere(signal)
    if (user !== null) return user
    sessionExpired()
    throw new ApiError(401, { code: 'unauthenticated', message: 'Nobody is signed in.' })
  },
})

async function whoIsThere(signal: AbortSignal): Promise<ResponseOf<'getMe'> | null> {
  try {
    return (await call('getSession', undefined, signal)).user
  } catch (error) {
    // During an upgrade the page may come from a newer instance than the one that answers.
    if (error instanceof ApiError && error.status === 404) return call('getMe', undefined, signal)
    throw error
  }
}
