import { useSyncExternalStore } from 'react'
import type { ChatSummary } from '../../../../protocol/http/chats.ts'
import { createListeners } from '../../../base/listeners.ts'

interface Selection {
  /** Whether the list shows a checkbox for each chat. */
  isSelecting: boolean
  chats: ReadonlyMap<string, ChatSummary>
  /** The chat that was selected or deselected last, where a range begins. */
  anchor: string | undefined
  /** Whether the selection ended in its bar, which had the focus. */
  returnsFocus: boolean
}

const none: Selection = { isSelecting: false, chats: new Map(), anchor: undefined, returnsFocus: false }

let selection = none
const changed = createListeners()

function set(next: Selection): void {
  selection = next
  changed.notify()
}

/** Adds chats to the selection, and begins one if there is none. `anchor`: where the next range begins. */
export function selectChats(chats: readonly ChatSummary[], anchor = selection.anchor): void {
  const all = new Map([...selection.chats, ...chats.map((chat) => [chat.id, chat] as const)])
  set({ isSelecting: true, chats: all, anchor, returnsFocus: false })
}

export function toggleSelected(chat: ChatSummary): void {
  const chats = new Map(selection.chats)
  if (!chats.delete(chat.id)) chats.set(chat.id, chat)
  set({ ...selection, chats, anchor: chat.id })
}

export function stopSelecting({ returnsFocus = false } = {}): void {
  set({ ...none, returnsFocus })
}

export function selectedChats(): ChatSummary[] {
  return [...selection.chats.values()]
}

/** Where a range begins; undefined if no chat was selected yet. */
export function selectionAnchor(): string | undefined {
  return selection.anchor
}

/** Applies changes from anywhere. A chat that moved into or out of the archive has left the list of the selection. */
export function updateSelected(summaries: readonly ChatSummary[]): void {
  const known = summaries.filter(({ id }) => selection.chats.has(id))
  if (known.length === 0) return
  const chats = new Map(selection.chats)
  for (const chat of known) {
    if (chats.get(chat.id)?.archived === chat.archived) chats.set(chat.id, chat)
    else chats.delete(chat.id)
  }
  set({ ...selection, chats })
}

export function dropSelected(ids: readonly string[]): void {
  if (!ids.some((id) => selection.chats.has(id))) return
  const chats = new Map(selection.chats)
  for (const id of ids) chats.delete(id)
  set({ ...selection, chats })
}

export function useSelection(): Selection {
  return useSyncExternalStore(changed.add, () => selection)
}

export function useIsSelecting(): boolean {
  return useSyncExternalStore(changed.add, () => selection.isSelecting)
}

export function useIsSelected(id: string): boolean {
  return useSyncExternalStore(changed.add, () => selection.chats.has(id))
}
