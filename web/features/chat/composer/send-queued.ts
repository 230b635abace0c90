import type { ChatActions } from '../state/chat-actions.ts'
import { queueOf, setQueue } from './queued-messages.ts'

const sending = new Set<string>()

/**
 * Sends the first queued message of a chat as a reply to `parentId`. The message leaves the queue only after the server
 * has accepted it.
 */
export async function sendQueued(actions: ChatActions, chatId: string, parentId: string): Promise<void> {
  const [first] = queueOf(chatId)
  if (!first || sending.has(first.id)) return
  sending.add(first.id)
  try {
    const { id, ...message } = first
    await actions.send(chatId, { parentId, ...message }, id)
    setQueue(
      chatId,
      queueOf(chatId).filter((it) => it.id !== first.id),
    )
  } finally {
    sending.delete(first.id)
  }
}
