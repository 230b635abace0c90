import { AppError } from '../../protocol/index.ts'
import type { ChatView } from '../../protocol/index.ts'
import { cleanText } from '../base/index.ts'
import type { UseCase } from '../use-case.ts'
import type { UserEvents } from '../shared-state/user-events.ts'
import type { Chats } from '../store/contract/chats.ts'
import type { LiveRuns } from './live-runs.ts'
import { presentChat, presentWithLiveText } from './present.ts'
import type { StopRun } from './stop-run.ts'

/** The ports of all operations on chats; each operation takes only those that it uses. */
export interface ChatsPorts {
  chats: Pick<
    Chats,
    'delete' | 'deleteMessage' | 'list' | 'restore' | 'restoreMessage' | 'tree' | 'update' | 'updateAll'
  >
  live: Pick<LiveRuns, 'peek'>
  events: Pick<UserEvents, 'notify'>
  stopRun: StopRun
}

type Ports<Name extends keyof ChatsPorts> = Pick<ChatsPorts, Name>

export function createListChats({ chats }: Ports<'chats'>): UseCase<'listChats'> {
  return async (caller, { query: { q, archived, pinned, folder, cursor, limit } }) => {
    const page = await chats.list({
      userId: caller.user.id,
      archived: archived === 'true',
      limit,
      ...(q ? { q } : {}),
      ...(pinned ? { pinned: pinned === 'true' } : {}),
      ...(folder === undefined ? {} : { folder: folderOf(folder) }),
      ...(cursor ? { cursor } : {}),
    })
    return { items: page.items.map(presentChat), next: page.next }
  }
}

export function createGetChat(ports: Ports<'chats' | 'live'>): UseCase<'getChat'> {
  return async (caller, { params }) => readChat(ports, caller.user.id, params.id)
}

async function readChat(
  { chats, live }: Ports<'chats' | 'live'>,
  userId: string,
  chatId: string,
): Promise<ChatView> {
  const tree = await chats.tree(chatId, userId)
  if (!tree) throw new AppError('not_found')
  const messages = tree.messages.map((row) => presentWithLiveText(row, live))
  return { ...presentChat(tree.chat), currentId: tree.chat.currentId, messages }
}

export function createUpdateChat({ chats, events }: Ports<'chats' | 'events'>): UseCase<'updateChat'> {
  return async (caller, { params, body: { title, pinned, archived, folder, tags, currentId, read } }) => {
    const row = await chats.update(params.id, caller.user.id, {
      ...(title === undefined ? {} : { title: cleanText(title), titleBy: 'person' as const }),
      ...(pinned === undefined ? {} : { pinned }),
      ...(archived === undefined ? {} : { archived }),
      ...(folder === undefined ? {} : { folder: folderOf(folder) }),
      ...(tags === undefined ? {} : { tags: tags.map(cleanText) }),
      ...(currentId === undefined ? {} : { currentId }),
      ...(read === undefined ? {} : { read }),
    })
    if (!row) throw new AppError('not_found')
    const chat = presentChat(row)
    events.notify(caller.user.id, { name: 'chat.changed', chat })
    return chat
  }
}

/** An empty name means no folder. */
function folderOf(name: string | null): string | null {
  const clean = cleanText(name ?? '').trim()
  return clean === '' ? null : clean
}

export function createUpdateChats({
  chats,
  events,
  stopRun,
}: Ports<'chats' | 'events' | 'stopRun'>): UseCase<'updateChats'> {
  return async (caller, { body: { ids, pinned, archived, folder, deleted } }) => {
    const userId = caller.user.id
    const changed = await chats.updateAll(userId, {
      ids,
      change: {
        ...(pinned === undefined ? {} : { pinned }),
        ...(archived === undefined ? {} : { archived }),
        ...(folder === undefined ? {} : { folder: folderOf(folder) }),
        ...(deleted === undefined ? {} : { deleted }),
      },
    })
    const items = changed.chats.map(presentChat)
    await stopAll(stopRun, userId, changed.runIds)
    if (deleted) events.notify(userId, { name: 'chats.deleted', chatIds: items.map((chat) => chat.id) })
    else events.notify(userId, { name: 'chats.changed', chats: items })
    return { items }
  }
}

/** Marks the chat as deleted and stops its running answers. The chat can be restored for a day. */
export function createDeleteChat({
  chats,
  events,
  stopRun,
}: Ports<'chats' | 'events' | 'stopRun'>): UseCase<'deleteChat'> {
  return async (caller, { params: { id: chatId } }) => {
    const userId = caller.user.id
    const deleted = await chats.delete(chatId, userId)
    if (!deleted) throw new AppError('not_found')
    await stopAll(stopRun, userId, deleted.runIds)
    events.notify(userId, { name: 'chat.deleted', chatId })
    return { ok: true }
  }
}

export function createRestoreChat({ chats, events }: Ports<'chats' | 'events'>): UseCase<'restoreChat'> {
  return async (caller, { params }) => {
    const row = await chats.restore(params.id, caller.user.id)
    if (!row) throw new AppError('not_found')
    const chat = presentChat(row)
    events.notify(caller.user.id, { name: 'chat.changed', chat })
    return chat
  }
}

export function createDeleteMessage({
  chats,
  events,
  stopRun,
}: Ports<'chats' | 'events' | 'stopRun'>): UseCase<'deleteMessage'> {
  return async (caller, { params: { id: messageId } }) => {
    const userId = caller.user.id
    const deletion = await chats.deleteMessage(messageId, userId)
    if (!deletion) throw new AppError('not_found')
    await stopAll(stopRun, userId, deletion.runIds)
    const { chatId, currentId, deleted } = deletion
    // The page removes the message's descendants too.
    events.notify(userId, { name: 'message.deleted', chatId, messageId })
    events.notify(userId, { name: 'messages.changed', chatId, messageIds: [], messages: [], currentId })
    return { chatId, currentId, deleted }
  }
}

export function createRestoreMessage(ports: Ports<'chats' | 'live' | 'events'>): UseCase<'restoreMessage'> {
  return async (caller, { params: { id: messageId } }) => {
    const userId = caller.user.id
    const restored = await ports.chats.restoreMessage(messageId, userId)
    if (!restored) throw new AppError('not_found')
    const chat = await readChat(ports, userId, restored.chatId)
    ports.events.notify(userId, {
      name: 'messages.changed',
      chatId: chat.id,
      messageIds: [messageId],
      messages: [],
      currentId: null,
    })
    return chat
  }
}

async function stopAll(stopRun: StopRun, userId: string, runIds: string[]): Promise<void> {
  await Promise.all(runIds.map((id) => stopRun(userId, id).catch(() => undefined)))
}
