import { useEffect, useSyncExternalStore } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ChatView, MessageView } from '../../../../protocol/http/chats.ts'
import { call } from '../../../api/call.ts'
import { chatQuery } from './chat-query.ts'
import { newChatKey } from './drafts.ts'
import { pathTo } from './message-tree.ts'
import { onPendingChange, pendingSends } from './pending-sends.ts'
import type { PendingSend } from './pending-sends.ts'
import { patchListed } from './apply-user-event.ts'

export interface OpenChat {
  /** The chat’s id, or `new`. */
  key: string
  chat: ChatView | undefined
  loading: boolean
  error: Error | null
  /** The last message of the current branch. */
  last: MessageView | undefined
  pending: PendingSend | undefined
  running: boolean
  stopping: boolean
}

/** The chat on the screen, with its pending request. */
export function useChat(chatId: string | null): OpenChat {
  const key = chatId ?? newChatKey
  const queryClient = useQueryClient()
  const query = useQuery({
    ...chatQuery(key),
    enabled: chatId !== null,
  })
  const sends = useSyncExternalStore(onPendingChange, pendingSends)
  const pending = sends.find((it) => it.chatKey === key)
  const chat = chatId === null ? undefined : query.data
  const last = chat && pathTo(chat.messages, chat.currentId).at(-1)
  const running = pending !== undefined || last?.status === 'running'

  const unread = chat?.unread ?? false
  const hidden = useSyncExternalStore(onVisibility, () => document.hidden)
  useEffect(() => {
    if (chatId === null || !unread || hidden) return
    patchListed(queryClient, chatId, { unread: false })
    // If this fails, the unread mark stays until the chat is opened again.
    call('updateChat', { params: { id: chatId }, body: { read: true } }).catch((error: unknown) =>
      console.warn('The chat could not be marked as read', error),
    )
  }, [queryClient, chatId, unread, hidden])

  return {
    key,
    chat,
    loading: chatId !== null && query.isPending,
    error: query.error,
    last,
    pending,
    running,
    stopping: pending?.stopping ?? last?.phase === 'stopping',
  }
}

function onVisibility(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}
