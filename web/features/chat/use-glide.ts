import { useLayoutEffect, useRef } from 'react'

/** Lets an element that changed its place glide there (180 ms), unless less motion is wished for. */
export function useGlide(element: () => HTMLElement | null | undefined, place: unknown): void {
  const last = useRef<{ place: unknown; top: number } | null>(null)
  useLayoutEffect(() => {
    const it = element()
    if (!it) return
    const top = it.getBoundingClientRect().top
    const before = last.current
    last.current = { place, top }
    if (!before || before.place === place) return
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
    it.animate([{ transform: `translateY(${before.top - top}px)` }, { transform: 'none' }], {
      duration: 180,
      easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)',
    })
  })
}
