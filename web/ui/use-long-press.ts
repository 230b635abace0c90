import { useEffect, useRef } from 'react'
import type { RefObject } from 'react'

/** How long a finger rests, ms, and how far it may move meanwhile, px. */
const restMs = 450
const slack = 10
/** What a long press belongs to already: a link's own menu, a field's text. */
const own = 'a, button, input, textarea, select, summary, img'

/**
 * Calls when a finger has rested on an element for 0.45 s. A finger that moves scrolls, a second one zooms, and links
 * and fields keep what a long press does there. A mouse and its right button are not concerned.
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
    const forget = (): void => {
      clearTimeout(timer)
      from = undefined
    }
    const fire = (): void => {
      if (!from) return
      forget()
      latest.current?.()
    }
    const down = (event: PointerEvent): void => {
      forget()
      if (event.pointerType !== 'touch' || !event.isPrimary) return
      if (event.target instanceof Element && event.target.closest(own)) return
      from = { x: event.clientX, y: event.clientY, id: event.pointerId }
      timer = setTimeout(fire, restMs)
    }
    const move = (event: PointerEvent): void => {
      if (from && Math.hypot(event.clientX - from.x, event.clientY - from.y) > slack) forget()
    }
    // Browsers that have a menu of their own for a long press ask with this; some before the time is up.
    const menu = (event: MouseEvent): void => {
      if (!(event instanceof PointerEvent) || event.pointerType !== 'touch') return
      if (event.target instanceof Element && event.target.closest(own)) return
      event.preventDefault()
      fire()
    }
    const stop = new AbortController()
    const { signal } = stop
    element.addEventListener('pointerdown', down, { signal })
    element.addEventListener('pointermove', move, { passive: true, signal })
    element.addEventListener('pointerup', forget, { signal })
    element.addEventListener('pointercancel', forget, { signal })
    element.addEventListener('contextmenu', menu, { signal })
    return () => {
      stop.abort()
      forget()
    }
  }, [ref, wanted])
}
