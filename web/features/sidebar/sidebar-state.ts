import { useSyncExternalStore } from 'react'
import { createListeners } from '../../base/listeners.ts'
import { readStored, writeStored } from '../storage/safe-storage.ts'

interface SidebarState {
  /** Beside the chat, on a wide screen. */
  open: boolean
  /** Over the chat, on a phone. */
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

/** Whether the list of chats is shown, beside the chat or over it. */
export function useSidebar(): SidebarState & {
  toggle: () => void
  showSheet: () => void
  hideSheet: () => void
} {
  const now = useSyncExternalStore(changed.add, () => state)
  return { ...now, toggle, showSheet, hideSheet }
}
