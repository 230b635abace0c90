import { useSyncExternalStore } from 'react'
import { readStored, writeStored } from '../storage/safe-storage.ts'

interface SidebarState {
  /** Beside the chat, on a wide screen. */
  open: boolean
  /** Over the chat, on a phone. */
  sheet: boolean
}

let state: SidebarState = { open: readStored('sidebar') !== 'closed', sheet: false }
const listeners = new Set<() => void>()

function set(change: Partial<SidebarState>): void {
  state = { ...state, ...change }
  if (change.open !== undefined) writeStored('sidebar', change.open ? 'open' : 'closed')
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

const toggle = (): void => set({ open: !state.open })
const showSheet = (): void => set({ sheet: true })
const hideSheet = (): void => set({ sheet: false })

/** Whether the list of chats is shown, beside the chat or over it. */
export function useSidebar(): SidebarState & {
  toggle: () => void
  showSheet: () => void
  hideSheet: () => void
} {
  const now = useSyncExternalStore(subscribe, () => state)
  return { ...now, toggle, showSheet, hideSheet }
}
