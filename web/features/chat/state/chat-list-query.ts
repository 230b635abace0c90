import { infiniteQueryOptions } from '@tanstack/react-query'
import { call } from '../../../api/call.ts'
import { operationKey } from '../../../api/operation-query.ts'
import type { InputOf } from '../../../api/operation-types.ts'

type ChatListFilter = NonNullable<NonNullable<InputOf<'listChats'>>['query']>

/** The list of chats, page by page. Without a filter it is the list in the sidebar. */
// oxlint-disable-next-line typescript/explicit-function-return-type -- TanStack's tagged key type has no short name
export function chatListQuery(filter: Omit<ChatListFilter, 'cursor'> = {}) {
  const unfiltered = Object.keys(filter).length === 0
  return infiniteQueryOptions({
    queryKey: unfiltered ? operationKey('listChats') : operationKey('listChats', { query: filter }),
    queryFn: ({ pageParam, signal }) =>
      call('listChats', { query: { ...filter, ...(pageParam ? { cursor: pageParam } : {}) } }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
}
