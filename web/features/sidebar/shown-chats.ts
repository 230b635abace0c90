import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { operationKey } from '../../api/operation-query.ts'
import type { ChatPages } from '../chat/state/chat-cache.ts'

/** The chats in the sidebar around this element, from top to bottom, without those in collapsed folders. */
export function chatsAround(queryClient: QueryClient, element: Element): ChatSummary[] {
  const lists = queryClient.getQueriesData<InfiniteData<ChatPages['pages'][number]>>({
    queryKey: operationKey('listChats'),
  })
  const known = new Map(
    lists
      .flatMap(([, list]) => list?.pages.flatMap(({ items }) => items) ?? [])
      .map((chat) => [chat.id, chat]),
  )
  const rows = element.closest('nav')?.querySelectorAll<HTMLElement>('[data-chat]') ?? []
  return [...rows].flatMap((row) => known.get(row.dataset['chat'] ?? '') ?? [])
}

/** The chats from one to another, both included; only the second one if the first one is not shown. */
export function chatsBetween(
  shown: readonly ChatSummary[],
  from: string | undefined,
  to: string,
): ChatSummary[] {
  const end = shown.findIndex(({ id }) => id === to)
  const found = shown.findIndex(({ id }) => id === from)
  const start = found < 0 ? end : found
  return end < 0 ? [] : shown.slice(Math.min(start, end), Math.max(start, end) + 1)
}
