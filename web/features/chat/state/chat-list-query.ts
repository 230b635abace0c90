import { infiniteQueryOptions } from '@tanstack/react-query'
import { call } from '../../../api/call.ts'
import { operationKey } from '../../../api/operation-query.ts'
import type { InputOf } from '../../../api/operation-types.ts'

/** Which chats a list has. */
export type ChatListFilter = Omit<NonNullable<NonNullable<InputOf<'listChats'>>['query']>, 'cursor'>

/** The lists that the sidebar shows one below the other: the pinned chats, those in each folder, then the others. */
export const pinnedChats = { pinned: 'true', limit: 100 } as const satisfies ChatListFilter
export const otherChats = { pinned: 'false', folder: '' } as const satisfies ChatListFilter
export const chatsInFolder = (folder: string): ChatListFilter => ({ pinned: 'false', folder })

/** A list of chats, page by page. */
// oxlint-disable-next-line typescript/explicit-function-return-type -- TanStack's tagged key type has no short name
export function chatListQuery(filter: ChatListFilter) {
  return infiniteQueryOptions({
    queryKey: operationKey('listChats', { query: filter }),
    queryFn: ({ pageParam, signal }) =>
      call('listChats', { query: { ...filter, ...(pageParam ? { cursor: pageParam } : {}) } }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
}
