import { useCallback, useEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import { directionOfKey, directionOfWheel, isUpwardJump } from './scroll-direction.ts'
import type { ScrollDirection } from './scroll-direction.ts'

export interface ScrollPin {
  pinned: boolean
  /** Whether there is text below the visible part of a thread that does not follow its end. */
  isAway: boolean
  /** Whether content was added below while the user was scrolled up. */
  hasNews: boolean
  toEnd: (smooth?: boolean) => void
  /** Stops following the end, because the thread was scrolled to a certain message. */
  unpin: () => void
}

/** A scroll that begins within this time after a key was pressed is caused by it, ms. */
const keyScrollsMs = 500

/**
 * Follows the end of a scrollable box until the user scrolls up. Any upward input unpins it, also if there is nothing
 * to scroll yet, but never a distance: content that grows by a large step does not. Only reaching the end pins it again.
 */
export function useScrollPin(
  box: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
): ScrollPin {
  const [pinned, setPinned] = useState(true)
  const [isAway, setIsAway] = useState(false)
  const [hasNews, setHasNews] = useState(false)
  const state = useRef({ pinned: true, dragging: false, keyAt: -Infinity, top: 0, height: 0 })

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
      setIsAway(false)
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

    const showAway = (): void => setIsAway(!it.pinned && distance() > 2)
    const move = (direction: ScrollDirection | undefined): void => {
      if (direction === 'up') pin(false)
      else if (direction === 'down' && distance() <= 2) pin(true)
      showAway()
    }

    const onWheel = (event: WheelEvent): void => {
      const direction = directionOfWheel(event)
      if (direction !== 'up' || !scrollsInside(event.target, element)) move(direction)
    }
    let touchY = 0
    const onTouchStart = (event: TouchEvent): void => {
      touchY = event.touches[0]?.clientY ?? 0
    }
    const onTouchMove = (event: TouchEvent): void => {
      const y = event.touches[0]?.clientY ?? 0
      if (y > touchY + 2 && !scrollsInside(event.target, element)) move('up')
      else if (y < touchY - 2) move('down')
    }
    const onKey = (event: KeyboardEvent): void => {
      const scrolls = scrollsThread(event.target, element)
      if (scrolls) move(directionOfKey(event))
      // A key may also scroll by moving the focus.
      if (scrolls || event.altKey || event.key === 'Tab') it.keyAt = event.timeStamp
    }
    // The scroll bar, a selection or the middle button, with which the mouse scrolls also after it was released.
    const onPointerDown = (event: PointerEvent): void => {
      it.dragging = event.pointerType === 'mouse'
    }
    const onPointerUp = (event: PointerEvent): void => {
      if (event.button !== 1) it.dragging = false
    }
    const onScroll = (event: Event): void => {
      const now = { top: element.scrollTop, height: element.scrollHeight }
      const isInput = it.dragging || event.timeStamp - it.keyAt < keyScrollsMs
      if (isUpwardJump(it, now, { isInput, visible: element.clientHeight })) pin(false)
      else if (!it.pinned && now.top > it.top && distance() <= 2) pin(true)
      it.top = now.top
      showAway()
    }
    const onResize = (): void => {
      const grew = element.scrollHeight > it.height
      it.height = element.scrollHeight
      if (it.pinned) {
        element.scrollTop = element.scrollHeight
        // The scroll event of this assignment comes a frame later, perhaps after the user has begun to scroll up.
        // Recording the position here keeps it from being taken for the user’s.
        it.top = element.scrollTop
      } else if (grew && distance() > 2) setHasNews(true)
      showAway()
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
  return { pinned, isAway, hasNews, toEnd, unpin }
}

/** Whether a box inside the thread, such as the reasoning, still has text above to scroll to. */
function scrollsInside(target: EventTarget | null, thread: HTMLElement): boolean {
  for (let at = target; at instanceof Element && at !== thread; at = at.parentElement) {
    if (at.scrollTop > 0) return true
  }
  return false
}

/** Whether a key pressed here scrolls the thread: not in a field, a menu or another part of the page. */
function scrollsThread(target: EventTarget | null, thread: HTMLElement): boolean {
  if (!(target instanceof Element) || target.closest('textarea, input, [role="menu"]')) return false
  return target === document.body || thread.contains(target)
}
