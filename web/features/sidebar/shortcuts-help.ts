import { useSyncExternalStore } from 'react'
import { createListeners } from '../../base/listeners.ts'
import { createLazy, useLazyIf } from '../../ui/lazy.ts'

const lazyDialog = createLazy(() => import('./shortcuts-dialog.tsx'))
let open = false
const changed = createListeners()

function set(value: boolean): void {
  open = value
  changed.notify()
}

export const showShortcuts = (): void => set(true)
export const hideShortcuts = (): void => set(false)

/** The list of shortcuts while it is open, loaded when it is first opened. */
export function useShortcutsDialog(): typeof import('./shortcuts-dialog.tsx') | undefined {
  const isOpen = useSyncExternalStore(changed.add, () => open)
  const loaded = useLazyIf(isOpen ? lazyDialog : undefined)
  return isOpen ? loaded : undefined
}
