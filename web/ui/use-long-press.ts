import { useEffect, useRef } from 'react'
import type { RefObject } from 'react'

/** How long a finger has to rest, ms, and how far it may move during that time, px. */
const pressMs = 450
const maxMovePx = 10
/**
 * Elements on which a long press has a native meaning, such as a link's menu or selecting text in a field, and dialogs,
 * which may be inside the element but are shown above it.
 */
const nativeTargets = 'a, button, input, textarea, select, summary, img, dialog'

/**
 * Calls `press` when a finger has rested on an element for 0.45 s. Scrolling, zooming with two fingers, and the native
 * long press on links and fields keep working. It ignores the mouse, including its right button.
 */
export function useLongPress(ref: RefObject<HTMLElement | null>, press: (() => void) | undefined): void {
  const latest = useRef(press)
  useEffect(() => {
    latest.current = press
  })
  const wanted = press !== undefined
  useEffect(() => {
    const element = ref.current
    if (!element || !wanted) return undefined
    let from: { x: number; y: number; id: number } | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const reset = (): void => {
      clearTimeout(timer)
      from = undefined
    }
    const fire = (): void => {
      if (!from) return
      reset()
      latest.current?.()
    }
    const down = (event: PointerEvent): void => {
      reset()
      if (event.pointerType !== 'touch' || !event.isPrimary) return
      if (event.target instanceof Element && event.target.closest(nativeTargets)) return
      from = { x: event.clientX, y: event.clientY, id: event.pointerId }
      timer = setTimeout(fire, pressMs)
    }
    const move = (event: PointerEvent): void => {
      if (from && Math.hypot(event.clientX - from.x, event.clientY - from.y) > maxMovePx) reset()
    }
    // Browsers with their own menu for a long press dispatch this event, some before the time is up.
    const menu = (event: MouseEvent): void => {
      if (!(event instanceof PointerEvent) || event.pointerType !== 'touch') return
      if (event.target instanceof Element && event.target.closest(nativeTargets)) return
      event.preventDefault()
      fire()
    }
    const stop = new AbortController()
    const { signal } = stop
    element.addEventListener('pointerdown', down, { signal })
    element.addEventListener('pointermove', move, { passive: true, signal })
    element.addEventListener('pointerup', reset, { signal })
    element.addEventListener('pointercancel', reset, { signal })
    element.addEventListener('contextmenu', menu, { signal })
    return () => {
      stop.abort()
      reset()
    }
  }, [ref, wanted])
}
