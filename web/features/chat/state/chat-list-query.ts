import { infiniteQueryOptions } from '@tanstack/react-query'
import { call } from '../../../api/call.ts'
import { operationKey } from '../../../api/operation-query.ts'
import type { InputOf } from '../../../api/operation-types.ts'

type Wish = NonNullable<NonNullable<InputOf<'listChats'>>['query']>

/** The list of chats, page by page. Without a filter it is the list in the sidebar. */
// oxlint-disable-next-line typescript/explicit-function-return-type -- TanStack's tagged key type has no short name
export function chatListQuery(wish: Omit<Wish, 'cursor'> = {}) {
  const plain = Object.keys(wish).length === 0
  return infiniteQueryOptions({
    queryKey: plain ? operationKey('listChats') : operationKey('listChats', { query: wish }),
    queryFn: ({ pageParam, signal }) =>
      call('listChats', { query: { ...wish, ...(pageParam ? { cursor: pageParam } : {}) } }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  })
}
