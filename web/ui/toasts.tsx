import { useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { FocusEvent, ReactNode, RefObject } from 'react'
import { sleep } from '../base/clock.ts'
import { ToastList } from './toast-list.ts'
import type { Toast } from './toast-list.ts'

const list = new ToastList(sleep)

/**
 * Shows for a few seconds what was just done, with an optional action to undo it. Do not use it for errors, which are
 * shown next to their cause.
 */
export function showToast(text: string, action?: Toast['action']): void {
  list.show(text, action)
}

/** Marks the element that no toast may cover, such as the composer: `{...belowToasts}`. */
export const belowToasts = { 'data-below-toasts': '' }

export function Toasts(): ReactNode {
  const shown = useSyncExternalStore(list.onChange, list.current)
  const box = useRef<HTMLOutputElement>(null)
  const cameFrom = useRef<Element | null>(null)
  const bottom = useSpaceBelow(shown.length > 0)
  const onFocus = (event: FocusEvent): void => {
    if (!box.current?.contains(event.relatedTarget)) cameFrom.current = event.relatedTarget
    list.hold()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the handlers only stop the time
    <output
      ref={box}
      style={{ bottom }}
      onFocus={onFocus}
      onBlur={(event) => {
        if (!box.current?.contains(event.relatedTarget)) list.release()
      }}
      onPointerEnter={() => list.hold()}
      onPointerLeave={() => {
        if (!box.current?.contains(document.activeElement)) list.release()
      }}
      className="pointer-events-none fixed inset-x-0 bottom-0 z-20 flex flex-col items-center gap-2 px-4 pb-[max(1rem,env(safe-area-inset-bottom))]"
    >
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
              onClick={(event) => {
                // The button disappears and would take the focus with it.
                if (event.currentTarget === document.activeElement) returnFocus(cameFrom)
                list.dismiss(toast.id)
                toast.action?.run()
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

function returnFocus(cameFrom: RefObject<Element | null>): void {
  if (cameFrom.current instanceof HTMLElement) cameFrom.current.focus({ preventScroll: true })
}

/** The height, in px, that the element marked with `belowToasts` occupies at the bottom of the window, while `active`. */
function useSpaceBelow(active: boolean): number {
  const [space, setSpace] = useState(0)
  useLayoutEffect(() => {
    if (!active) return undefined
    let observed: Element | undefined
    const measure = (): void => {
      const element = document.querySelector('[data-below-toasts]') ?? undefined
      if (element !== observed) {
        resized.disconnect()
        observed = element
        if (element) resized.observe(element)
      }
      setSpace(element ? Math.max(0, window.innerHeight - element.getBoundingClientRect().top) : 0)
    }
    const resized = new ResizeObserver(measure)
    measure()
    // The page may change while a toast is shown: after a deletion, the start page with its own composer opens.
    const moved = setInterval(measure, 250)
    addEventListener('resize', measure)
    return () => {
      resized.disconnect()
      clearInterval(moved)
      removeEventListener('resize', measure)
    }
  }, [active])
  return space
}
