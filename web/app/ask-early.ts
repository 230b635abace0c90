import type { QueryClient } from '@tanstack/react-query'
import { operationQuery } from '../api/operation-query.ts'
import { chatListQuery } from '../features/chat/state/chat-list-query.ts'
import { chatQuery } from '../features/chat/state/chat-query.ts'
import { lazyThread } from '../features/chat/thread/lazy-thread.ts'
import { meQuery } from '../features/session/me-query.ts'
import { readStored } from '../features/storage/safe-storage.ts'
import { loadSignedIn } from './load-signed-in.ts'

/**
 * Asks for what the first page will show while its language still comes, and resolves when it can be drawn at once.
 * Whoever was signed in here most likely is still: their page loads while the server is asked who is there.
 */
export async function askEarly(queryClient: QueryClient, path: string): Promise<void> {
  const page = readStored('known') === null ? undefined : loadSignedIn()
  // Asked again where it is shown, and its fault said there.
  page?.catch(() => {})
  const app = queryClient.prefetchQuery(operationQuery('getApp'))
  await queryClient.prefetchQuery(meQuery)
  const me = queryClient.getQueryData(meQuery.queryKey)
  if (page === undefined || me === undefined || me.role === 'pending') return app
  void queryClient.prefetchQuery(operationQuery('getPreferences'))
  void queryClient.prefetchQuery(operationQuery('listModels'))
  void queryClient.prefetchInfiniteQuery(chatListQuery())
  const chatId = /^\/c\/([^/]+)$/.exec(path)?.[1]
  if (chatId !== undefined) lazyThread.fetch()
  await Promise.allSettled([page, app, chatId !== undefined && queryClient.prefetchQuery(chatQuery(chatId))])
}
