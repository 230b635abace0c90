import type { ChatSummary, ChatView, MessageView } from '../../../../protocol/http/chats.ts'
import type { RunStarted } from '../../../../protocol/run.ts'
import type { PlacedRequest } from './outgoing.ts'
import type { ChatListFilter } from './chat-list-query.ts'
import { subtreeOf } from './message-tree.ts'

/**
 * Pure functions that apply the page’s own actions and the server’s events to a cached chat. The caller writes the
 * result to the cache.
 */

export function withMessages(
  chat: ChatView,
  changed: readonly MessageView[],
  currentId: string | null,
): ChatView {
  const byId = new Map(chat.messages.map((message) => [message.id, message]))
  for (const message of changed) byId.set(message.id, newerOf(byId.get(message.id), message))
  return { ...chat, messages: [...byId.values()], currentId: currentId ?? chat.currentId }
}

/** Merges a chat that was just fetched with newer state that the page received while the request was running. */
export function withFetched(known: ChatView | undefined, fetched: ChatView): ChatView {
  if (!known) return fetched
  const byId = new Map(known.messages.map((message) => [message.id, message]))
  return { ...fetched, messages: fetched.messages.map((message) => newerOf(byId.get(message.id), message)) }
}

/** An older state of the same run never undoes its end and never shortens its text. */
function newerOf(known: MessageView | undefined, received: MessageView): MessageView {
  if (!known || known.runId !== received.runId || received.status !== 'running') return received
  if (known.status !== 'running') return known
  return (received.fence ?? 0) < (known.fence ?? 0) || received.text.length < known.text.length
    ? { ...received, text: known.text, ...(known.fence === undefined ? {} : { fence: known.fence }) }
    : received
}

export function withMessage(chat: ChatView, id: string, patch: Partial<MessageView>): ChatView {
  return { ...chat, messages: chat.messages.map((it) => (it.id === id ? { ...it, ...patch } : it)) }
}

export function withoutMessage(chat: ChatView, id: string): ChatView {
  const removed = subtreeOf(chat.messages, id)
  const first = chat.messages.find((it) => it.id === id)
  return {
    ...chat,
    messages: chat.messages.filter((it) => !removed.has(it.id)),
    currentId:
      chat.currentId !== null && removed.has(chat.currentId) ? (first?.parentId ?? null) : chat.currentId,
  }
}

/**
 * The messages that a started run adds: the question, if it is new, and the answer. They have the ids that the server
 * uses.
 */
export function messagesOfStart(run: RunStarted, request: PlacedRequest, now: number): MessageView[] {
  const answer: MessageView = {
    id: run.messageId,
    parentId: run.userMessageId,
    role: 'assistant',
    text: '',
    status: 'running',
    phase: 'queued',
    model: request.model,
    createdAt: now + 1,
    runId: run.runId,
    fence: 0,
  }
  if (!('text' in request)) return [answer]
  const question: MessageView = {
    id: run.userMessageId,
    parentId: request.parentId,
    role: 'user',
    text: request.text,
    status: 'done',
    model: null,
    createdAt: now,
    runId: null,
  }
  return [question, answer]
}

export function newChat(id: string, title: string, model: string, now: number): ChatView {
  return {
    id,
    title,
    model,
    pinned: false,
    archived: false,
    folder: null,
    tags: [],
    createdAt: now,
    updatedAt: now,
    running: true,
    unread: false,
    currentId: null,
    messages: [],
  }
}

export interface ChatPages {
  pages: { items: ChatSummary[]; next: string | null }[]
  pageParams: unknown[]
}

/**
 * The chats of a list with this filter. During an upgrade an older instance may answer, which does not know every
 * filter and sends other chats too.
 */
export function chatsOf(list: Pick<ChatPages, 'pages'> | undefined, filter: ChatListFilter): ChatSummary[] {
  return list?.pages.flatMap((page) => page.items.filter((chat) => belongsInList(chat, filter))) ?? []
}

/** Moves chats to the positions of their last activity in a list with this filter, or removes them from the list. */
export function withSummaries(
  list: ChatPages,
  changed: readonly ChatSummary[],
  filter: ChatListFilter,
): ChatPages {
  const known = new Set(list.pages.flatMap((page) => page.items.map(({ id }) => id)))
  const entering = changed.filter(
    (chat) =>
      belongsInList(chat, filter) &&
      (known.has(chat.id) || (hasTitle(chat, filter) && !isOnUnloadedPage(list, chat))),
  )
  if (entering.length === 0 && !changed.some(({ id }) => known.has(id))) return list
  const without = withoutChats(list, new Set(changed.map(({ id }) => id)))
  const order = [...without.pages.flatMap((page) => page.items), ...entering].sort(byActivity)
  let from = 0
  const pages = without.pages.map((page, index) => {
    const last = index === without.pages.length - 1
    const items = order.slice(from, last ? undefined : from + page.items.length)
    from += items.length
    return { ...page, items }
  })
  return { ...without, pages }
}

/** Whether a list with this filter may contain the chat. The server alone knows which titles match a search text. */
export function belongsInList(
  chat: ChatSummary,
  { archived = 'false', pinned, folder }: ChatListFilter,
): boolean {
  return (
    String(chat.archived) === archived &&
    (pinned === undefined || String(chat.pinned) === pinned) &&
    (folder === undefined || (chat.folder ?? '') === folder)
  )
}

/** Whether the title surely matches the search text. */
function hasTitle({ title }: ChatSummary, { q }: ChatListFilter): boolean {
  return q === undefined || title.toLowerCase().includes(q.toLowerCase())
}

/** Whether the chat belongs to a page of the list that has not been loaded yet. */
function isOnUnloadedPage({ pages }: ChatPages, chat: ChatSummary): boolean {
  const last = pages.at(-1)
  const end = last?.items.at(-1)
  return last?.next != null && end !== undefined && byActivity(end, chat) < 0
}

export function withoutChats(list: ChatPages, ids: ReadonlySet<string>): ChatPages {
  return {
    ...list,
    pages: list.pages.map((page) => ({ ...page, items: page.items.filter((it) => !ids.has(it.id)) })),
  }
}

function byActivity(a: ChatSummary, b: ChatSummary): number {
  return b.updatedAt - a.updatedAt || b.id.localeCompare(a.id)
}
