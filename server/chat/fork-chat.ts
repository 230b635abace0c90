import { AppError, limits } from '../../protocol/index.ts'
import { cleanText, newId } from '../base/index.ts'
import type { UserEvents } from '../shared-state/user-events.ts'
import type { Chats } from '../store/contract/chats.ts'
import type { UseCase } from '../use-case.ts'
import { presentChat } from './present.ts'

export interface ForkChatPorts {
  chats: Pick<Chats, 'fork' | 'get' | 'message'>
  events: Pick<UserEvents, 'notify'>
}

/** Creates a chat with copies of a message and of all messages before it. */
export function createForkChat({ chats, events }: ForkChatPorts): UseCase<'forkChat'> {
  return async (caller, { params: { id: messageId }, body }) => {
    const userId = caller.user.id
    const title = body.title ?? (await titleOfFork(chats, messageId, userId))
    const outcome =
      title === undefined
        ? undefined
        : await chats.fork({ messageId, userId, chatId: newId(), title: cleanText(title) })
    if (!outcome) throw new AppError('not_found')
    if (outcome.kind === 'branch-busy')
      throw new AppError('branch_busy', {
        message:
          'An answer that is still being written cannot be copied into a new chat. Wait until it is done, or stop it.',
      })
    const chat = presentChat(outcome.chat)
    events.notify(userId, { name: 'chat.changed', chat })
    return chat
  }
}

/** Undefined if there is no such message. */
async function titleOfFork(
  chats: Pick<Chats, 'get' | 'message'>,
  messageId: string,
  userId: string,
): Promise<string | undefined> {
  const message = await chats.message(messageId, userId)
  const chat = message && (await chats.get(message.chatId, userId))
  return chat && `Fork of ${chat.title}`.slice(0, limits.title).replace(/[\uD800-\uDBFF]$/, '')
}
