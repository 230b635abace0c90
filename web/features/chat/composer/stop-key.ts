import { useEffect, useEffectEvent } from 'react'

type Keys = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey' | 'repeat' | 'isComposing' | 'defaultPrevented'
>

/**
 * Whether a key press stops the running answer: Escape, if nothing else uses it. `isOpen`: a dialog or menu is open.
 * `isOtherField`: the focus is in a field other than the composer’s, such as the search.
 */
export function stopsOn(event: Keys, elsewhere: { isOpen: boolean; isOtherField: boolean }): boolean {
  const { ctrlKey, metaKey, shiftKey, altKey, repeat, isComposing, defaultPrevented } = event
  if (event.key !== 'Escape' || ctrlKey || metaKey || shiftKey || altKey) return false
  if (repeat || isComposing || defaultPrevented) return false
  return !elsewhere.isOpen && !elsewhere.isOtherField
}

/** Calls `stop` when the user presses Escape while `active` and nothing else uses the key. */
export function useStopKey(active: boolean, stop: () => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const isOpen = document.querySelector('dialog:modal, :popover-open') !== null
    if (stopsOn(event, { isOpen, isOtherField: isOtherField(event.target) })) stop()
  })
  useEffect(() => {
    if (!active) return
    const listen = (event: KeyboardEvent): void => onKey(event)
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [active])
}

function isOtherField(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false
  return target.closest('input, textarea, select') !== null && target.closest('[data-composer]') === null
}
