import type { QueryClient } from '@tanstack/react-query'
import type { ChatView } from '../../../../protocol/http/chats.ts'
import { ApiError } from '../../../api/api-error.ts'
import type { LiveClient } from '../../../live/live-client.ts'
import type { ChatActions } from '../state/chat-actions.ts'
import { chatKey, chatQuery } from '../state/chat-query.ts'
import { queueState } from './queue-state.ts'
import { queuedChats, queueOf } from './queued-messages.ts'
import { sendQueued } from './send-queued.ts'

export interface OffScreenOptions {
  live: Pick<LiveClient, 'onEvent' | 'onGap'>
  actions: ChatActions
  queryClient: QueryClient
  /** The chat on the screen sends its own queue (`useQueue`). */
  isShown: (chatId: string) => boolean
}

/**
 * Sends the queued messages of chats that are not on the screen, once the previous answer has ended as `done`: when the
 * server reports that end, and after a gap in the events, when the chat itself shows it. A refused message stays in the
 * queue, and the reason is shown when the chat is opened. Returns the function that stops this.
 */
export function sendOffScreen({ live, actions, queryClient, isShown }: OffScreenOptions): () => void {
  /** The ids of queued messages that are not retried after a gap. */
  const refused = new Set<string>()

  const sendReplyTo = async (chatId: string, parentId: string): Promise<void> => {
    // If the chat were not in the cache, the two new messages would be taken for the whole chat.
    const chat = await queryClient.ensureQueryData(chatQuery(chatId))
    if (chat.currentId === parentId) await sendQueued(actions, chatId, parentId)
  }

  const sendAfterGap = async (chatId: string): Promise<void> => {
    const [first] = queueOf(chatId)
    if (!first || refused.has(first.id)) return
    await queryClient.fetchQuery({ ...chatQuery(chatId), staleTime: 0 })
    // The cached version: it already includes messages that were sent while the chat was being read.
    const chat = queryClient.getQueryData<ChatView>(chatKey(chatId))
    const last = chat?.messages.find(({ id }) => id === chat.currentId)
    const state = queueState({ first, running: last?.status === 'running', last, tried: null })
    if (!last || state !== 'ready' || queueOf(chatId)[0]?.id !== first.id || isShown(chatId)) return
    await sendQueued(actions, chatId, last.id).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.retryable)) refused.add(first.id)
      throw error
    })
  }

  const offEvent = live.onEvent((event) => {
    if (event.name !== 'run.ended' || event.status !== 'done') return
    const { chatId, messageId } = event
    if (isShown(chatId) || queueOf(chatId).length === 0) return
    sendReplyTo(chatId, messageId).catch(() => undefined)
  })
  const offGap = live.onGap(() => {
    for (const chatId of queuedChats()) if (!isShown(chatId)) sendAfterGap(chatId).catch(() => undefined)
  })
  return () => {
    offEvent()
    offGap()
  }
}
