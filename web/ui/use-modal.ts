import { useEffect } from 'react'
import type { DialogHTMLAttributes, RefObject } from 'react'

/**
 * Opens a dialog of the platform for as long as it is mounted; then the focus goes back to where it was. The answer
 * belongs on the element: Escape and a press beside it ask to close.
 */
export function useModal(
  ref: RefObject<HTMLDialogElement | null>,
  onClose: (() => void) | undefined,
): Pick<DialogHTMLAttributes<HTMLDialogElement>, 'onCancel' | 'onPointerDown'> {
  useEffect(() => {
    const dialog = ref.current
    const opener = document.activeElement
    dialog?.showModal()
    return () => {
      dialog?.close()
      // The opener may have gone with what the dialog changed.
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true })
    }
  }, [ref])
  return {
    onCancel: (event) => {
      event.preventDefault()
      onClose?.()
    },
    onPointerDown: (event) => {
      if (event.target === ref.current) onClose?.()
    },
  }
}
