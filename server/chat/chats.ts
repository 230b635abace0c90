import { AppError } from '../../protocol/index.ts'
import type { ChatSummary, ChatView } from '../../protocol/index.ts'
import { cleanText } from '../base/index.ts'
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

export interface ListChatsQuery {
  q?: string | undefined
  archived: boolean
  cursor?: string | undefined
  limit: number
}

export async function listChats(
  { context }: ChatParts,
  userId: string,
  { q, archived, cursor, limit }: ListChatsQuery,
): Promise<{ items: ChatSummary[]; next: string | null }> {
  const page = await context.store.chats.list({
    userId,
    archived,
    limit,
    ...(q ? { q } : {}),
    ...(cursor ? { cursor } : {}),
  })
  return { items: page.items.map(presentChat), next: page.next }
}

/** A running answer comes with the words that this instance has, which may be more than the store's. */
export async function getChat(
  { context, live }: ChatParts,
  userId: string,
  chatId: string,
): Promise<ChatView> {
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

export interface ChatChange {
  title?: string | undefined
  pinned?: boolean | undefined
  archived?: boolean | undefined
  folder?: string | null | undefined
  tags?: string[] | undefined
  currentId?: string | undefined
  read?: true | undefined
}

export async function updateChat(
  { context }: ChatParts,
  userId: string,
  chatId: string,
  { title, pinned, archived, folder, tags, currentId, read }: ChatChange,
): Promise<ChatSummary> {
  const row = await context.store.chats.update(chatId, userId, {
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
  context.events.tell(userId, { name: 'chat.changed', chat })
  return chat
}

/** Stops what runs in it first, then hides it; it can be restored for a day. */
export async function deleteChat(parts: ChatParts, userId: string, chatId: string): Promise<{ ok: true }> {
  const deleted = await parts.context.store.chats.delete(chatId, userId)
  if (!deleted) throw new AppError('not_found')
  await stopAll(parts, userId, deleted.runIds)
  parts.context.events.tell(userId, { name: 'chat.deleted', chatId })
  return { ok: true }
}

export async function restoreChat(
  { context }: ChatParts,
  userId: string,
  chatId: string,
): Promise<ChatSummary> {
  const row = await context.store.chats.restore(chatId, userId)
  if (!row) throw new AppError('not_found')
  const chat = presentChat(row)
  context.events.tell(userId, { name: 'chat.changed', chat })
  return chat
}

export async function deleteMessage(
  parts: ChatParts,
  userId: string,
  messageId: string,
): Promise<{ chatId: string; currentId: string | null; deleted: string[] }> {
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

export async function restoreMessage(parts: ChatParts, userId: string, messageId: string): Promise<ChatView> {
  const restored = await parts.context.store.chats.restoreMessage(messageId, userId)
  if (!restored) throw new AppError('not_found')
  const chat = await getChat(parts, userId, restored.chatId)
  parts.context.events.tell(userId, {
    name: 'messages.changed',
    chatId: chat.id,
    messageIds: [messageId],
    messages: [],
    currentId: null,
  })
  return chat
}

async function stopAll(parts: ChatParts, userId: string, runIds: string[]): Promise<void> {
  await Promise.all(runIds.map((id) => stopRun(parts, userId, id).catch(() => undefined)))
}
