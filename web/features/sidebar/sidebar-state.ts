import { useSyncExternalStore } from 'react'
import { createListeners } from '../../base/listeners.ts'
import { readStored, writeStored } from '../storage/safe-storage.ts'

interface SidebarState {
  /** Whether the list stands next to the chat, on a wide screen. */
  open: boolean
  /** Whether the list covers the chat, on a phone. */
  sheet: boolean
}

let state: SidebarState = { open: readStored('sidebar') !== 'closed', sheet: false }
const changed = createListeners()

function set(change: Partial<SidebarState>): void {
  state = { ...state, ...change }
  if (change.open !== undefined) writeStored('sidebar', change.open ? 'open' : 'closed')
  changed.notify()
}

const toggle = (): void => set({ open: !state.open })
const showSheet = (): void => set({ sheet: true })
const hideSheet = (): void => set({ sheet: false })

/** Whether the list of chats is shown, and how to change that. */
export function useSidebar(): SidebarState & {
  toggle: () => void
  showSheet: () => void
  hideSheet: () => void
} {
  const now = useSyncExternalStore(changed.add, () => state)
  return { ...now, toggle, showSheet, hideSheet }
}
