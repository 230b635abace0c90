import { useCallback, useEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'

export interface ScrollPin {
  pinned: boolean
  /** Whether content was added below while the user was scrolled up. */
  hasNews: boolean
  toEnd: (smooth?: boolean) => void
  /** Stops following the end, because the thread was scrolled to a certain message. */
  unpin: () => void
}

const upKeys = new Set(['PageUp', 'ArrowUp', 'Home'])

/**
 * Follows the end of a scrollable box until the user scrolls up. Only user input can unpin it, never a distance:
 * content that grows by a large step does not unpin, and only reaching the end pins it again.
 */
export function useScrollPin(
  box: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
): ScrollPin {
  const [pinned, setPinned] = useState(true)
  const [hasNews, setHasNews] = useState(false)
  const state = useRef({ pinned: true, dragging: false, last: 0, height: 0 })

  const pin = useCallback((value: boolean) => {
    if (state.current.pinned === value) return
    state.current.pinned = value
    setPinned(value)
    if (value) setHasNews(false)
  }, [])

  const toEnd = useCallback(
    (smooth = false) => {
      const element = box.current
      if (!element) return
      pin(true)
      element.scrollTo({ top: element.scrollHeight, behavior: smooth ? 'smooth' : 'instant' })
    },
    [box, pin],
  )

  useEffect(() => {
    const element = box.current
    const inner = content.current
    if (!element || !inner) return
    const it = state.current
    const distance = (): number => element.scrollHeight - element.clientHeight - element.scrollTop

    const onWheel = (event: WheelEvent): void => {
      if (event.deltaY < 0 && element.scrollTop > 0) pin(false)
    }
    let touchY = 0
    const onTouchStart = (event: TouchEvent): void => {
      touchY = event.touches[0]?.clientY ?? 0
    }
    const onTouchMove = (event: TouchEvent): void => {
      const y = event.touches[0]?.clientY ?? 0
      if (y > touchY + 2 && element.scrollTop > 0) pin(false)
    }
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement
      if (!typing && upKeys.has(event.key)) pin(false)
    }
    // Dragging the scroll bar is a pointer pressed on the box itself.
    const onPointerDown = (event: PointerEvent): void => {
      it.dragging = event.target === element && event.pointerType === 'mouse'
    }
    const onPointerUp = (): void => {
      it.dragging = false
    }
    const onScroll = (): void => {
      const moved = element.scrollTop - it.last
      it.last = element.scrollTop
      if (it.dragging && moved < 0) pin(false)
      else if (!it.pinned && moved > 0 && distance() <= 2) pin(true)
    }
    const onResize = (): void => {
      const grew = element.scrollHeight > it.height
      it.height = element.scrollHeight
      if (it.pinned) {
        element.scrollTop = element.scrollHeight
        // The scroll event of this assignment comes a frame later, perhaps after the user has begun to scroll up.
        // Recording the position here keeps it from being taken for the user’s.
        it.last = element.scrollTop
      } else if (grew && distance() > 2) setHasNews(true)
    }
    const observer = new ResizeObserver(onResize)
    observer.observe(inner)
    observer.observe(element)
    const stop = new AbortController()
    const passive = { passive: true, signal: stop.signal }
    element.addEventListener('wheel', onWheel, passive)
    element.addEventListener('touchstart', onTouchStart, passive)
    element.addEventListener('touchmove', onTouchMove, passive)
    element.addEventListener('pointerdown', onPointerDown, passive)
    element.addEventListener('scroll', onScroll, passive)
    addEventListener('pointerup', onPointerUp, passive)
    addEventListener('keydown', onKey, passive)
    return () => {
      stop.abort()
      observer.disconnect()
    }
  }, [box, content, pin])

  const unpin = useCallback(() => pin(false), [pin])
  return { pinned, hasNews, toEnd, unpin }
}
