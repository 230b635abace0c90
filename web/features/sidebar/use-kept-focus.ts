import { useEffect } from 'react'
import type { RefObject } from 'react'

/** The elements that the keyboard moves between: one of each row. */
const rows = '[data-row]'

/**
 * Keeps the focus at its place in the list when the focused row leaves the list or moves within it: the row that has
 * taken its place gets the focus. Without this, the keyboard would have to start again at the top of the page.
 */
export function useKeptFocus(ref: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const list = ref.current
    if (!list) return
    let focused: { element: Element; place: number } | undefined
    const remember = (event: FocusEvent): void => {
      const element = event.target
      if (!(element instanceof Element)) return
      const row = element.closest('li')?.querySelector(rows)
      const place = row ? [...list.querySelectorAll(rows)].indexOf(row) : -1
      focused = place < 0 ? undefined : { element, place }
    }
    const forget = (event: FocusEvent): void => {
      // If the element was removed, or the window lost the focus, there is no next element.
      if (event.relatedTarget !== null) focused = undefined
    }
    const observer = new MutationObserver(() => {
      if (!focused || focused.element.isConnected) return
      const { place } = focused
      focused = undefined
      if (document.activeElement !== null && document.activeElement !== document.body) return
      const left = [...list.querySelectorAll<HTMLElement>(rows)]
      ;(left[place] ?? left.at(-1))?.focus()
    })
    list.addEventListener('focusout', forget)
    list.addEventListener('focusin', remember)
    observer.observe(list, { childList: true, subtree: true })
    return () => {
      observer.disconnect()
      list.removeEventListener('focusin', remember)
      list.removeEventListener('focusout', forget)
    }
  }, [ref])
}
