import type { MessageView } from '../../../../protocol/http/chats.ts'

/** The messages from the root to `leafId`, in order. A cycle or a missing parent ends the path. */
export function pathTo(messages: readonly MessageView[], leafId: string | null): MessageView[] {
  const byId = new Map(messages.map((message) => [message.id, message]))
  const path: MessageView[] = []
  const seen = new Set<string>()
  for (let at = leafId === null ? undefined : byId.get(leafId); at && !seen.has(at.id);) {
    seen.add(at.id)
    path.push(at)
    at = at.parentId === null ? undefined : byId.get(at.parentId)
  }
  return path.toReversed()
}

/** The messages with the same parent and role, oldest first, including this message. */
export function siblingsOf(messages: readonly MessageView[], message: MessageView): MessageView[] {
  return messages
    .filter((it) => it.parentId === message.parentId && it.role === message.role)
    .sort((a, b) => a.createdAt - b.createdAt || a.id.localeCompare(b.id))
}

/** The last message of the newest branch through a message: what is shown after switching to it. */
export function newestLeafUnder(messages: readonly MessageView[], id: string): string {
  const children = new Map<string, MessageView[]>()
  for (const message of messages) {
    if (message.parentId === null) continue
    const list = children.get(message.parentId)
    if (list) list.push(message)
    else children.set(message.parentId, [message])
  }
  const seen = new Set<string>()
  let leaf = id
  while (!seen.has(leaf)) {
    seen.add(leaf)
    const newest = children.get(leaf)?.reduce((a, b) => (b.createdAt >= a.createdAt ? b : a))
    if (!newest) break
    leaf = newest.id
  }
  return leaf
}

/** The ids of a message and all its descendants. */
export function subtreeOf(messages: readonly MessageView[], id: string): Set<string> {
  const ids = new Set([id])
  for (let grew = true; grew;) {
    grew = false
    for (const message of messages) {
      if (message.parentId !== null && ids.has(message.parentId) && !ids.has(message.id)) {
        ids.add(message.id)
        grew = true
      }
    }
  }
  return ids
}
