import type { QueryClient } from '@tanstack/react-query'
import type { ChatSummary } from '../../../../protocol/http/chats.ts'
import { limits } from '../../../../protocol/limits.ts'
import { call } from '../../../api/call.ts'
import type { InputOf } from '../../../api/operation-types.ts'
import { applyUserEvent } from './apply-user-event.ts'

export type ChatsChange = Omit<InputOf<'updateChats'>['body'], 'ids'>

/**
 * Changes several chats. Calls `onPart` after each request with the chats changed so far, because a later request may
 * fail. Chats that no longer exist are left out.
 */
export async function changeChats(
  queryClient: QueryClient,
  ids: readonly string[],
  change: ChatsChange,
  onPart?: (changed: readonly ChatSummary[]) => void,
): Promise<ChatSummary[]> {
  const changed: ChatSummary[] = []
  for (let from = 0; from < ids.length; from += limits.pageSize) {
    const part = ids.slice(from, from + limits.pageSize)
    const { items } = await call('updateChats', { body: { ids: part, ...change } })
    changed.push(...items)
    onPart?.(changed)
    if (change.deleted)
      applyUserEvent(queryClient, { name: 'chats.deleted', chatIds: items.map((it) => it.id) })
    else applyUserEvent(queryClient, { name: 'chats.changed', chats: items })
  }
  return changed
}

/** The changes that take `change` back, given the chats as they were: chats that were alike are changed together. */
export function inverseOf(
  change: ChatsChange,
  before: readonly ChatSummary[],
): { ids: string[]; change: ChatsChange }[] {
  const groups = new Map<string, { ids: string[]; change: ChatsChange }>()
  for (const { id, pinned, archived, folder } of before) {
    const back: ChatsChange = {
      ...(change.pinned === undefined ? {} : { pinned }),
      ...(change.archived === undefined ? {} : { archived }),
      ...(change.folder === undefined ? {} : { folder }),
      ...(change.deleted === undefined ? {} : { deleted: !change.deleted }),
    }
    const key = JSON.stringify(back)
    const group = groups.get(key)
    if (group) group.ids.push(id)
    else groups.set(key, { ids: [id], change: back })
  }
  return [...groups.values()]
}
