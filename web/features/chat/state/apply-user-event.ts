import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { UserEvent } from '../../../../protocol/frames.ts'
import type { OperationName, ResponseOf } from '../../../../protocol/http/index.ts'
import type { ChatSummary, ChatView } from '../../../../protocol/http/chats.ts'
import { operationKey } from '../../../api/operation-query.ts'
import { withMessage, withMessages, withoutChats, withoutMessage, withSummaries } from './chat-cache.ts'
import type { ChatPages } from './chat-cache.ts'
import type { ChatListFilter } from './chat-list-query.ts'
import { moveOpenFolder } from './open-folders.ts'
import { dropSelected, updateSelected } from './selected-chats.ts'
import { chatKey, patchChat, patchQuery } from './chat-query.ts'

/** Applies an event, which the server sends to all tabs of a user, to the page’s cache. */
export function applyUserEvent(queryClient: QueryClient, event: UserEvent): void {
  switch (event.name) {
    case 'chat.changed':
      return patchSummaries(queryClient, [event.chat])
    case 'chats.changed':
      return patchSummaries(queryClient, event.chats)
    case 'chat.deleted':
      return removeChats(queryClient, [event.chatId])
    case 'chats.deleted':
      return removeChats(queryClient, event.chatIds)
    case 'folders.changed':
      return applyChangedFolders(queryClient, event)
    case 'messages.changed':
      return applyChangedMessages(queryClient, event)
    case 'message.deleted':
      return patchChat(queryClient, event.chatId, (chat) => withoutMessage(chat, event.messageId))
    case 'run.started':
      return patchListed(queryClient, event.run.chatId, { running: true })
    case 'run.ended':
      patchListed(queryClient, event.chatId, { running: false })
      return markUnfollowedStale(queryClient, event)
    case 'models.changed':
      return refreshSoon(queryClient, ['listModels', 'listConnections', 'getAdministration'])
    case 'settings.changed':
      return refreshSoon(queryClient, ['getApp', 'getSettings'])
    case 'administration.changed':
      return refreshSoon(queryClient, ['getAdministration', 'listConnections', 'listUsers'])
    case 'account.changed':
      void queryClient.invalidateQueries({ queryKey: operationKey('getPreferences') })
      return void queryClient.invalidateQueries({ queryKey: operationKey('getMe') })
  }
}

/** Refreshes the chat if it is shown. A run that this tab started already has its messages in the cache. */
function applyChangedMessages(
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

/**
 * All pages receive such an event at the same time. Each waits a random time up to this limit before it refreshes, so
 * that they do not send their requests at the same moment, ms.
 */
const spreadMs = 1000

function refreshSoon(queryClient: QueryClient, names: readonly OperationName[]): void {
  setTimeout(() => {
    for (const name of names) void queryClient.invalidateQueries({ queryKey: operationKey(name) })
  }, Math.random() * spreadMs)
}

/** All queries whose result an event can change. */
const coveredByEvents = [
  'getChat',
  'listChats',
  'listFolders',
  'listModels',
  'listConnections',
  'listUsers',
  'getAdministration',
  'getApp',
  'getSettings',
  'getMe',
  'getPreferences',
] as const satisfies OperationName[]

/**
 * Refreshes everything that events can change, because some events may have been missed: active queries at once, the
 * others when they are next shown.
 */
export function refreshAfterGap(queryClient: QueryClient): void {
  for (const name of coveredByEvents) void queryClient.invalidateQueries({ queryKey: operationKey(name) })
}

function patchSummaries(queryClient: QueryClient, summaries: readonly ChatSummary[]): void {
  patchLists(queryClient, (list, filter) => withSummaries(list, summaries, filter))
  updateSelected(summaries)
  for (const summary of summaries) {
    patchChat(queryClient, summary.id, (chat) => ({ ...chat, ...summary }))
  }
  const known = queryClient.getQueryData<ResponseOf<'listFolders'>>(operationKey('listFolders'))
  const names = new Set(known?.items.map(({ name }) => name))
  if (known && summaries.some(({ folder }) => folder !== null && !names.has(folder))) {
    void queryClient.invalidateQueries({ queryKey: operationKey('listFolders') })
  }
}

export function removeChats(queryClient: QueryClient, ids: readonly string[]): void {
  patchLists(queryClient, (list) => withoutChats(list, new Set(ids)))
  dropSelected(ids)
  for (const id of ids) queryClient.removeQueries({ queryKey: chatKey(id) })
}

/** Chats that a folder has given back are on pages of other lists that may not be loaded, so those are refreshed. */
function applyChangedFolders(
  queryClient: QueryClient,
  { moved }: Extract<UserEvent, { name: 'folders.changed' }>,
): void {
  void queryClient.invalidateQueries({ queryKey: operationKey('listFolders') })
  if (!moved) return
  moveOpenFolder(moved.from, moved.to)
  const isMoved = (chat: ChatSummary): boolean => chat.folder === moved.from
  queryClient.setQueriesData<ChatView>({ queryKey: operationKey('getChat') }, (chat) =>
    chat && isMoved(chat) ? { ...chat, folder: moved.to } : chat,
  )
  void queryClient.invalidateQueries({ queryKey: operationKey('listChats') })
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
  change: (list: ChatPages, filter: ChatListFilter) => ChatPages,
): void {
  for (const [key, list] of queryClient.getQueriesData<InfiniteData<ChatPages['pages'][number]>>({
    queryKey: operationKey('listChats'),
  })) {
    // The first response may predate the change.
    if (!list && queryClient.isFetching({ queryKey: key }) > 0)
      void queryClient.resetQueries({ queryKey: key })
    if (!list) continue
    const { query = {} } = (key[1] ?? {}) as { query?: ChatListFilter }
    patchQuery(queryClient, key, () => change(list, query))
  }
}

/**
 * The cached text of a chat that this page does not follow is now outdated. It is refreshed when the chat is next
 * shown.
 */
function markUnfollowedStale(
  queryClient: QueryClient,
  event: Extract<UserEvent, { name: 'run.ended' }>,
): void {
  const chat = queryClient.getQueryData<ChatView>(chatKey(event.chatId))
  const message = chat?.messages.find((it) => it.id === event.messageId)
  if (message?.status !== 'running') return
  void queryClient.invalidateQueries({ queryKey: chatKey(event.chatId), refetchType: 'none' })
}

/** Stores the end of an answer that this page has followed, with the text that it received. */
export function storeAnswerEnd(
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
