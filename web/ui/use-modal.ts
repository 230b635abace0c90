import { useEffect, useRef } from 'react'
import type { DialogHTMLAttributes, RefObject } from 'react'
import { ignoreOpeningPress } from './opening-press.ts'

/**
 * Shows a native dialog modally while it is mounted, and then restores the focus. Spread the returned handlers onto the
 * element: they call `onClose` on Escape and on a press outside the dialog.
 */
export function useModal(
  ref: RefObject<HTMLDialogElement | null>,
  onClose: (() => void) | undefined,
): Pick<DialogHTMLAttributes<HTMLDialogElement>, 'onCancel' | 'onPointerDown' | 'onClick'> {
  const pressBeside = useCloseOnOutsidePress(ref, onClose)
  useEffect(() => {
    const dialog = ref.current
    const opener = document.activeElement
    dialog?.showModal()
    const endIgnoring = dialog ? ignoreOpeningPress(dialog) : undefined
    return () => {
      endIgnoring?.()
      dialog?.close()
      // The dialog's action may have removed the opener.
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
    }
  }, [ref])
  return {
    onCancel: (event) => {
      event.preventDefault()
      onClose?.()
    },
    ...pressBeside,
  }
}

/**
 * Closes a dialog on a press outside it, but only when the press ends. If it closed when the finger comes down, the
 * click would hit the element of the page at that point.
 */
export function useCloseOnOutsidePress(
  ref: RefObject<HTMLDialogElement | null>,
  onClose: (() => void) | undefined,
): Pick<DialogHTMLAttributes<HTMLDialogElement>, 'onPointerDown' | 'onClick'> {
  const began = useRef(false)
  return {
    onPointerDown: (event) => {
      began.current = event.target === ref.current
    },
    onClick: (event) => {
      if (began.current && event.target === ref.current) onClose?.()
      began.current = false
    },
  }
}
