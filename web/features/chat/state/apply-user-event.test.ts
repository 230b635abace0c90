import { describe, expect, test } from 'vitest'
import type { OperationName } from '../../../../protocol/http/index.ts'
import type { ChatView } from '../../../../protocol/http/chats.ts'
import { createQueryClient, operationKey } from '../../../api/operation-query.ts'
import { messagesOfStart, newChat } from './chat-cache.ts'
import { chatKey } from './chat-query.ts'
import { refreshAfterGap, applyUserEvent } from './apply-user-event.ts'

const started = { chatId: 'c', userMessageId: 'q', messageId: 'a', runId: 'r' }
const messages = messagesOfStart(started, { model: 'm', text: 'hi', parentId: null }, 10)

function pageWithChat(): {
  queryClient: ReturnType<typeof createQueryClient>
  stale: () => boolean | undefined
} {
  const queryClient = createQueryClient()
  queryClient.setQueryData<ChatView>(chatKey('c'), {
    ...newChat('c', 'hi', 'm', 10),
    messages,
    currentId: 'a',
  })
  return { queryClient, stale: () => queryClient.getQueryState(chatKey('c'))?.isInvalidated }
}

describe('A8: an event that names messages', () => {
  test('makes the page refresh the chat', () => {
    const { queryClient, stale } = pageWithChat()
    const named = { name: 'messages.changed' as const, chatId: 'c', messages: [], currentId: null }
    applyUserEvent(queryClient, { ...named, messageIds: ['b'], runId: 'another' })
    expect(stale()).toBe(true)
  })

  test('of a run that this tab started refreshes nothing', () => {
    const { queryClient, stale } = pageWithChat()
    const named = { name: 'messages.changed' as const, chatId: 'c', messages: [], currentId: null }
    applyUserEvent(queryClient, { ...named, messageIds: ['q', 'a'], runId: 'r' })
    expect(stale()).toBe(false)
  })

  test('from a server of the previous version, which sends whole messages, refreshes the chat too', () => {
    const { queryClient, stale } = pageWithChat()
    applyUserEvent(queryClient, { name: 'messages.changed', chatId: 'c', messages, currentId: 'a' })
    expect(stale()).toBe(true)
  })

  test('a deletion refreshes nothing', () => {
    const { queryClient, stale } = pageWithChat()
    applyUserEvent(queryClient, { name: 'message.deleted', chatId: 'c', messageId: 'a' })
    applyUserEvent(queryClient, {
      name: 'messages.changed',
      chatId: 'c',
      messageIds: [],
      messages: [],
      currentId: 'q',
    })
    expect(stale()).toBe(false)
    expect(queryClient.getQueryData<ChatView>(chatKey('c'))).toMatchObject({
      currentId: 'q',
      messages: [{ id: 'q' }],
    })
  })
})

test('A9: after a gap everything that events cover is refreshed', () => {
  const queryClient = createQueryClient()
  const names: OperationName[] = [
    'getMe',
    'getPreferences',
    'getApp',
    'getSettings',
    'listConnections',
    'listModels',
    'listChats',
    'listFolders',
  ]
  for (const name of names) queryClient.setQueryData(operationKey(name), {})
  queryClient.setQueryData(chatKey('c'), {})
  refreshAfterGap(queryClient)
  for (const key of [...names.map((name) => operationKey(name)), chatKey('c')]) {
    expect(queryClient.getQueryState(key)).toMatchObject({ isInvalidated: true })
  }
})
