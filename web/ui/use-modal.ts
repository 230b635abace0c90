import { useEffect, useRef } from 'react'
import type { DialogHTMLAttributes, RefObject } from 'react'
import { focusInside } from './initial-focus.ts'
import { ignoreOpeningPress } from './opening-press.ts'

/**
 * Shows a native dialog modally while it is mounted, focuses its first field, and restores the focus afterwards. Spread
 * the returned handlers onto the element: they call `onClose` on Escape and on a press outside the dialog. A press
 * outside does not close a dialog in which something was typed, because a slip would lose it.
 */
export function useModal(
  ref: RefObject<HTMLDialogElement | null>,
  onClose: (() => void) | undefined,
): Pick<DialogHTMLAttributes<HTMLDialogElement>, 'onCancel' | 'onPointerDown' | 'onClick' | 'onInput'> {
  const typed = useRef(false)
  const pressBeside = useCloseOnOutsidePress(ref, () => {
    if (!typed.current) onClose?.()
  })
  useEffect(() => {
    const dialog = ref.current
    const opener = document.activeElement
    dialog?.showModal()
    const endIgnoring = dialog ? ignoreOpeningPress(dialog) : undefined
    if (dialog) focusInside(dialog)
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
    onInput: () => {
      typed.current = true
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
