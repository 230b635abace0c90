import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'

const step = 40

/**
 * The number of messages on the page, counted from the last one: forty, and forty more whenever the user scrolls near
 * the top. The message at the top edge stays in place when older messages are added above it.
 */
export function useMessageWindow(
  box: RefObject<HTMLElement | null>,
  top: RefObject<HTMLElement | null>,
  total: number,
): { shown: number; show: (count: number) => void } {
  const [shown, setShown] = useState(step)
  const before = useRef<{ height: number; scroll: number } | null>(null)

  const more = useCallback(
    (count: number) => {
      const element = box.current
      if (element) before.current = { height: element.scrollHeight, scroll: element.scrollTop }
      setShown((known) => Math.max(known, Math.min(known + count, total)))
    },
    [box, total],
  )

  useEffect(() => {
    const sentinel = top.current
    if (!sentinel || shown >= total) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && more(step), {
      root: box.current,
      rootMargin: '1200px 0px 0px 0px',
    })
    observer.observe(sentinel)
    return () => observer.disconnect()
  }, [box, top, shown, total, more])

  useLayoutEffect(() => {
    const element = box.current
    const was = before.current
    before.current = null
    if (!element || !was) return
    // If the browser has scroll anchoring, scrollTop has already changed.
    if (Math.abs(element.scrollTop - was.scroll) < 1) {
      element.scrollTo({ top: was.scroll + element.scrollHeight - was.height, behavior: 'instant' })
    }
  })

  const show = useCallback((count: number) => setShown((known) => Math.max(known, count)), [])
  return { shown, show }
}
