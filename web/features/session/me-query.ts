import { queryOptions } from '@tanstack/react-query'
import { ApiError } from '../../api/api-error.ts'
import { call, notifySessionExpired } from '../../api/call.ts'
import { operationKey } from '../../api/operation-query.ts'
import type { ResponseOf } from '../../../protocol/http/index.ts'

/**
 * The signed-in user, cached under the key of `getMe`. Like `getMe`, it fails with `unauthenticated` if nobody is
 * signed in. The page uses `getSession` for the request instead, which then succeeds with a null user, so that the
 * browser’s console shows no failed request before sign-in.
 */
export const meQuery = queryOptions<ResponseOf<'getMe'>>({
  queryKey: operationKey('getMe'),
  queryFn: async ({ signal }) => {
    const user = await fetchSessionUser(signal)
    if (user !== null) return user
    notifySessionExpired()
    throw new ApiError(401, { code: 'unauthenticated', message: 'Nobody is signed in.' })
  },
})

async function fetchSessionUser(signal: AbortSignal): Promise<ResponseOf<'getMe'> | null> {
  try {
    return (await call('getSession', undefined, signal)).user
  } catch (error) {
    // During an upgrade an older instance, which has no `getSession`, may answer a newer page.
    if (error instanceof ApiError && error.status === 404) return call('getMe', undefined, signal)
    throw error
  }
}
