import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { UserEvent } from '../../../../protocol/frames.ts'
import type { OperationName } from '../../../../protocol/http/index.ts'
import type { ChatSummary, ChatView } from '../../../../protocol/http/chats.ts'
import { operationKey } from '../../../api/operation-query.ts'
import { withMessage, withMessages, withoutChat, withoutMessage, withSummary } from './chat-cache.ts'
import type { ChatPages } from './chat-cache.ts'
import { chatKey, patchChat, patchQuery } from './chat-query.ts'

/** Writes into the page's cache what the server told all tabs of this person. */
export function takeUserEvent(queryClient: QueryClient, event: UserEvent): void {
  switch (event.name) {
    case 'chat.changed':
      return patchSummary(queryClient, event.chat)
    case 'chat.deleted':
      patchLists(queryClient, (list) => withoutChat(list, event.chatId))
      return queryClient.removeQueries({ queryKey: chatKey(event.chatId) })
    case 'messages.changed':
      return takeChangedMessages(queryClient, event)
    case 'message.deleted':
      return patchChat(queryClient, event.chatId, (chat) => withoutMessage(chat, event.messageId))
    case 'run.started':
      return patchListed(queryClient, event.run.chatId, { running: true })
    case 'run.ended':
      patchListed(queryClient, event.chatId, { running: false })
      return finishUnfollowed(queryClient, event)
    case 'models.changed':
      return readSoon(queryClient, ['listModels', 'listConnections'])
    case 'settings.changed':
      return readSoon(queryClient, ['getApp', 'getSettings'])
    case 'account.changed':
      void queryClient.invalidateQueries({ queryKey: operationKey('getPreferences') })
      return void queryClient.invalidateQueries({ queryKey: operationKey('getMe') })
  }
}

/** What changed is read again where it is shown; a run that this tab asked for has its messages here already. */
function takeChangedMessages(
  queryClient: QueryClient,
  { chatId, messageIds, messages, runId, currentId }: Extract<UserEvent, { name: 'messages.changed' }>,
): void {
  patchChat(queryClient, chatId, (chat) => withMessages(chat, [], currentId))
  const changed = messageIds ?? messages.map(({ id }) => id)
  if (changed.length === 0) return
  const known = queryClient.getQueryData<ChatView>(chatKey(chatId))?.messages
  if (runId !== undefined && known?.some((it) => it.runId === runId)) return
  void queryClient.invalidateQueries({ queryKey: chatKey(chatId) })
}

/** At most this long after everybody was told of the same thing, ms: not all pages ask in the same moment. */
const spreadMs = 1000

function readSoon(queryClient: QueryClient, names: readonly OperationName[]): void {
  setTimeout(() => {
    for (const name of names) void queryClient.invalidateQueries({ queryKey: operationKey(name) })
  }, Math.random() * spreadMs)
}

/** Everything that an event can change. */
const coveredByEvents = [
  'getChat',
  'listChats',
  'listModels',
  'listConnections',
  'getApp',
  'getSettings',
  'getMe',
  'getPreferences',
] as const satisfies OperationName[]

/**
 * An event may have been missed: all that events cover is read again, what is on the screen at once, the rest when it is
 * next looked at.
 */
export function readAgain(queryClient: QueryClient): void {
  for (const name of coveredByEvents) void queryClient.invalidateQueries({ queryKey: operationKey(name) })
}

function patchSummary(queryClient: QueryClient, summary: ChatSummary): void {
  patchLists(queryClient, (list, filtered) => withSummary(list, summary, filtered))
  patchChat(queryClient, summary.id, (chat) => ({ ...chat, ...summary }))
}

export function patchListed(queryClient: QueryClient, id: string, change: Partial<ChatSummary>): void {
  patchLists(queryClient, (list) => ({
    ...list,
    pages: list.pages.map((page) => ({
      ...page,
      items: page.items.map((chat) => (chat.id === id ? { ...chat, ...change } : chat)),
    })),
  }))
}

export function patchLists(
  queryClient: QueryClient,
  change: (list: ChatPages, filtered: boolean) => ChatPages,
): void {
  for (const [key, list] of queryClient.getQueriesData<InfiniteData<ChatPages['pages'][number]>>({
    queryKey: operationKey('listChats'),
  })) {
    if (!list) continue
    if (isOfArchived(key)) {
      void queryClient.invalidateQueries({ queryKey: key })
      continue
    }
    patchQuery(queryClient, key, () => change(list, key[1] !== undefined))
  }
}

/** The list of what was put away is small and seldom open: it is read again instead of patched. */
function isOfArchived([, input]: readonly unknown[]): boolean {
  return (input as { query?: { archived?: string } } | undefined)?.query?.archived === 'true'
}

/** A chat that is held but not followed here has an old text now: it is read again when it is looked at. */
function finishUnfollowed(queryClient: QueryClient, event: Extract<UserEvent, { name: 'run.ended' }>): void {
  const chat = queryClient.getQueryData<ChatView>(chatKey(event.chatId))
  const message = chat?.messages.find((it) => it.id === event.messageId)
  if (message?.status !== 'running') return
  void queryClient.invalidateQueries({ queryKey: chatKey(event.chatId), refetchType: 'none' })
}

/** The end of an answer that was followed here, with the text as it was read. */
export function endAnswer(
  queryClient: QueryClient,
  chatId: string,
  messageId: string,
  end: Parameters<typeof withMessage>[2],
): void {
  patchChat(queryClient, chatId, (chat) => ({
    ...withMessage(chat, messageId, end),
    running: false,
  }))
}
