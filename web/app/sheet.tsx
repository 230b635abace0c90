import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { ignoreOpeningPress } from '../ui/opening-press.ts'
import { Toasts } from '../ui/toasts.tsx'
import { useCloseOnOutsidePress } from '../ui/use-modal.ts'

/** In px: how far from the left edge a swipe may begin, and how long it has to be. */
const edge = 24
const distance = 56

/**
 * A sheet that covers the page from the left on a phone. A button or a swipe from the edge opens it; a swipe back
 * closes it.
 */
export function Sheet({
  label,
  open,
  onOpen,
  onClose,
  children,
}: {
  label: string
  open: boolean
  onOpen: () => void
  onClose: () => void
  children: ReactNode
}): ReactNode {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = ref.current
    if (!open && dialog?.open) dialog.close()
    if (!open || !dialog || dialog.open) return undefined
    dialog.showModal()
    return ignoreOpeningPress(dialog)
  }, [open])
  const pressBeside = useCloseOnOutsidePress(ref, onClose)
  useEffect(() => {
    let from: { x: number; y: number } | null = null
    const begin = (event: TouchEvent): void => {
      const touch = event.touches[0]
      from = touch && (open || touch.clientX <= edge) ? { x: touch.clientX, y: touch.clientY } : null
    }
    const move = (event: TouchEvent): void => {
      const touch = event.touches[0]
      if (!from || !touch) return
      const across = touch.clientX - from.x
      if (Math.abs(touch.clientY - from.y) > Math.abs(across)) from = null
      else if (!open && across > distance && matchMedia('(max-width: 767px)').matches) onOpen()
      else if (open && across < -distance) onClose()
    }
    const stop = new AbortController()
    addEventListener('touchstart', begin, { passive: true, signal: stop.signal })
    addEventListener('touchmove', move, { passive: true, signal: stop.signal })
    return () => stop.abort()
  }, [open, onOpen, onClose])
  return (
    <dialog
      ref={ref}
      aria-label={label}
      onClose={onClose}
      {...pressBeside}
      className="appear m-0 h-dvh max-h-none w-[min(20rem,86vw)] max-w-none bg-surface-1 p-0 shadow-floating"
    >
      {open && children}
      {/* Outside of the modal dialog, a toast could not be seen or pressed. */}
      {open && <Toasts />}
    </dialog>
  )
}
