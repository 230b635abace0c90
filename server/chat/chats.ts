import { AppError } from '../../protocol/index.ts'
import type { ChatView } from '../../protocol/index.ts'
import { cleanText } from '../base/index.ts'
import type { UseCase } from '../use-case.ts'
import type { ChatContext } from './chat-context.ts'
import type { LiveRuns } from './live-runs.ts'
import type { OwnedRuns } from './owned-runs.ts'
import { presentChat, presentMessage } from './present.ts'
import { stopRun } from './stop-run.ts'

export interface ChatParts {
  context: ChatContext
  owned: OwnedRuns
  live: LiveRuns
}

export function createListChats({ context }: ChatParts): UseCase<'listChats'> {
  return async (caller, { query: { q, archived, cursor, limit } }) => {
    const page = await context.store.chats.list({
      userId: caller.user.id,
      archived: archived === 'true',
      limit,
      ...(q ? { q } : {}),
      ...(cursor ? { cursor } : {}),
    })
    return { items: page.items.map(presentChat), next: page.next }
  }
}

export function createGetChat(parts: ChatParts): UseCase<'getChat'> {
  return async (caller, { params }) => readChat(parts, caller.user.id, params.id)
}

/** A running answer comes with the words that this instance has, which may be more than the store's. */
async function readChat({ context, live }: ChatParts, userId: string, chatId: string): Promise<ChatView> {
  const tree = await context.store.chats.tree(chatId, userId)
  if (!tree) throw new AppError('not_found')
  const messages = tree.messages.map((row) => {
    const source = row.run && row.status === 'running' ? live.peek(row.run.id) : undefined
    const view = presentMessage(row)
    return source && source.fence >= (view.fence ?? 0)
      ? { ...view, text: source.text, fence: source.fence }
      : view
  })
  return { ...presentChat(tree.chat), currentId: tree.chat.currentId, messages }
}

export function createUpdateChat({ context }: ChatParts): UseCase<'updateChat'> {
  return async (caller, { params, body: { title, pinned, archived, folder, tags, currentId, read } }) => {
    const row = await context.store.chats.update(params.id, caller.user.id, {
      ...(title === undefined ? {} : { title: cleanText(title), titleBy: 'person' as const }),
      ...(pinned === undefined ? {} : { pinned }),
      ...(archived === undefined ? {} : { archived }),
      ...(folder === undefined ? {} : { folder: folder === null ? null : cleanText(folder) }),
      ...(tags === undefined ? {} : { tags: tags.map(cleanText) }),
      ...(currentId === undefined ? {} : { currentId }),
      ...(read === undefined ? {} : { read }),
    })
    if (!row) throw new AppError('not_found')
    const chat = presentChat(row)
    context.events.tell(caller.user.id, { name: 'chat.changed', chat })
    return chat
  }
}

/** Stops what runs in it first, then hides it; it can be restored for a day. */
export function createDeleteChat(parts: ChatParts): UseCase<'deleteChat'> {
  return async (caller, { params: { id: chatId } }) => {
    const userId = caller.user.id
    const deleted = await parts.context.store.chats.delete(chatId, userId)
    if (!deleted) throw new AppError('not_found')
    await stopAll(parts, userId, deleted.runIds)
    parts.context.events.tell(userId, { name: 'chat.deleted', chatId })
    return { ok: true }
  }
}

export function createRestoreChat({ context }: ChatParts): UseCase<'restoreChat'> {
  return async (caller, { params }) => {
    const row = await context.store.chats.restore(params.id, caller.user.id)
    if (!row) throw new AppError('not_found')
    const chat = presentChat(row)
    context.events.tell(caller.user.id, { name: 'chat.changed', chat })
    return chat
  }
}

export function createDeleteMessage(parts: ChatParts): UseCase<'deleteMessage'> {
  return async (caller, { params: { id: messageId } }) => {
    const userId = caller.user.id
    const gone = await parts.context.store.chats.deleteMessage(messageId, userId)
    if (!gone) throw new AppError('not_found')
    await stopAll(parts, userId, gone.runIds)
    const { chatId, currentId, deleted } = gone
    const { events } = parts.context
    // A page drops what stands below it as well.
    events.tell(userId, { name: 'message.deleted', chatId, messageId })
    events.tell(userId, { name: 'messages.changed', chatId, messageIds: [], messages: [], currentId })
    return { chatId, currentId, deleted }
  }
}

export function createRestoreMessage(parts: ChatParts): UseCase<'restoreMessage'> {
  return async (caller, { params: { id: messageId } }) => {
    const userId = caller.user.id
    const restored = await parts.context.store.chats.restoreMessage(messageId, userId)
    if (!restored) throw new AppError('not_found')
    const chat = await readChat(parts, userId, restored.chatId)
    parts.context.events.tell(userId, {
      name: 'messages.changed',
      chatId: chat.id,
      messageIds: [messageId],
      messages: [],
      currentId: null,
    })
    return chat
  }
}

async function stopAll(parts: ChatParts, userId: string, runIds: string[]): Promise<void> {
  await Promise.all(runIds.map((id) => stopRun(parts, userId, id).catch(() => undefined)))
}
