import { useEffect, useRef } from 'react'
import type { DialogHTMLAttributes, RefObject } from 'react'
import { ignoreOpeningPress } from './opening-press.ts'

/**
 * Opens a dialog of the platform for as long as it is mounted; then the focus goes back to where it was. The answer
 * belongs on the element: Escape and a press beside it ask to close.
 */
export function useModal(
  ref: RefObject<HTMLDialogElement | null>,
  onClose: (() => void) | undefined,
): Pick<DialogHTMLAttributes<HTMLDialogElement>, 'onCancel' | 'onPointerDown' | 'onClick'> {
  const pressBeside = usePressBeside(ref, onClose)
  useEffect(() => {
    const dialog = ref.current
    const opener = document.activeElement
    dialog?.showModal()
    const endIgnoring = dialog ? ignoreOpeningPress(dialog) : undefined
    return () => {
      endIgnoring?.()
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
    ...pressBeside,
  }
}

/**
 * Closes a dialog by a press beside it, once the press is over: a dialog that goes when the finger comes down leaves
 * the click to whatever the page has at that place.
 */
export function usePressBeside(
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
