import type { QueryClient } from '@tanstack/react-query'
import type { ChatView } from '../../../../protocol/http/chats.ts'
import { operationKey, operationQuery } from '../../../api/operation-query.ts'
import { withFetched } from './chat-cache.ts'

/** How long a chat that is not on the screen stays readable without a connection, ms. */
const keptMs = 30 * 60_000

export function chatKey(id: string): readonly unknown[] {
  return operationKey('getChat', { params: { id } })
}

/** The query of a chat. Its result never undoes an end that the page received while the request was running. */
// oxlint-disable-next-line typescript/explicit-function-return-type -- TanStack's tagged key type has no short name
export function chatQuery(id: string) {
  return {
    ...operationQuery('getChat', { params: { id } }),
    gcTime: keptMs,
    structuralSharing: (known: unknown, fetched: unknown) =>
      withFetched(known as ChatView | undefined, fetched as ChatView),
  }
}

/**
 * Changes the cached value. If a request for the same value is running, its response may predate the change and would
 * undo it, so the value is requested again.
 */
export function patchQuery<T>(
  queryClient: QueryClient,
  queryKey: readonly unknown[],
  change: (known: T | undefined) => T | undefined,
): void {
  queryClient.setQueryData<T>(queryKey, change)
  if (queryClient.isFetching({ queryKey }) > 0) void queryClient.invalidateQueries({ queryKey })
}

export function patchChat(queryClient: QueryClient, id: string, change: (chat: ChatView) => ChatView): void {
  patchQuery<ChatView>(queryClient, chatKey(id), (chat) => chat && change(chat))
}
