import { withoutBase } from '../../../api/base-path.ts'
import type { QueryClient } from '@tanstack/react-query'
import type { LiveClient } from '../../../live/live-client.ts'
import type { ChatActions } from '../state/chat-actions.ts'
import { chatQuery } from '../state/chat-query.ts'
import { queueOf } from './queued-messages.ts'
import { sendQueued } from './send-queued.ts'

/**
 * Sends what was queued in a chat that is not on the screen once its answer has ended well; the chat on the screen does
 * so itself. What is refused stays in the queue, and says why where the chat is opened. Returns how to stop.
 */
export function sendElsewhere(
  live: Pick<LiveClient, 'onEvent'>,
  actions: ChatActions,
  queryClient: QueryClient,
): () => void {
  const send = async (chatId: string, messageId: string): Promise<void> => {
    // Without it the page would take what it sends for the whole chat.
    const chat = await queryClient.ensureQueryData(chatQuery(chatId))
    if (chat.currentId === messageId) await sendQueued(actions, chatId, messageId)
  }
  return live.onEvent((event) => {
    if (event.name !== 'run.ended' || event.status !== 'done') return
    const { chatId, messageId } = event
    if (withoutBase(location.pathname) === `/c/${chatId}` || queueOf(chatId).length === 0) return
    send(chatId, messageId).catch(() => undefined)
  })
}
