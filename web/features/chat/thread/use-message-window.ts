import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'

const step = 40

/**
 * How many of the last messages are on the page: forty, and forty more each time its top comes near. The message at
 * the top edge stays where it is while older ones are put above it.
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
    // Where the browser anchors by itself, scrollTop has moved already.
    if (Math.abs(element.scrollTop - was.scroll) < 1) {
      element.scrollTo({ top: was.scroll + element.scrollHeight - was.height, behavior: 'instant' })
    }
  })

  const show = useCallback((count: number) => setShown((known) => Math.max(known, count)), [])
  return { shown, show }
}
