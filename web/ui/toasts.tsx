import { useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { createListeners } from '../base/listeners.ts'

interface Toast {
  id: number
  text: string
  action?: { label: string; run(): void }
}

let toasts: readonly Toast[] = []
let ids = 0
const changed = createListeners()
const set = (next: readonly Toast[]): void => {
  toasts = next
  changed.notify()
}

/**
 * Shows for `ms` what was just done, with an optional action to undo it. Do not use it for errors, which are shown next
 * to their cause.
 */
export function showToast(text: string, action?: Toast['action'], ms = 6000): void {
  const toast: Toast = { id: ++ids, text, ...(action ? { action } : {}) }
  set([...toasts.slice(-2), toast])
  setTimeout(() => set(toasts.filter((it) => it.id !== toast.id)), ms)
}

export function Toasts(): ReactNode {
  const shown = useSyncExternalStore(changed.add, () => toasts)
  return (
    <output className="pointer-events-none fixed inset-x-0 bottom-0 z-20 flex flex-col items-center gap-2 px-4 pb-[max(1rem,env(safe-area-inset-bottom))]">
      {shown.map((toast) => (
        <div
          key={toast.id}
          className="rise pointer-events-auto flex items-center gap-3 rounded-medium bg-text py-1.5 pr-1.5 pl-4 text-page shadow-floating"
        >
          <span className="py-1.5">{toast.text}</span>
          {toast.action && (
            <button
              type="button"
              className="min-h-9 rounded-small px-3 font-semibold underline underline-offset-2 touch:min-h-11"
              onClick={() => {
                toast.action?.run()
                set(toasts.filter((it) => it.id !== toast.id))
              }}
            >
              {toast.action.label}
            </button>
          )}
        </div>
      ))}
    </output>
  )
}
