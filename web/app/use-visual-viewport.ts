import { useEffect } from 'react'

/**
 * Keeps the page as high as what is seen of it: some browsers lay the on-screen keyboard over the page, and the composer
 * would be under it.
 */
export function useVisualViewport(): void {
  useEffect(() => {
    const viewport = window.visualViewport
    if (!viewport) return
    const root = document.documentElement
    const fit = (): void => {
      // Pinch zoom makes the visible part smaller too; the page is not to shrink with it.
      if (viewport.scale > 1.01) return
      // Said only while it differs: to say it means that the browser finds every style on the page anew.
      if (window.innerHeight - viewport.height < 1) root.style.removeProperty('--viewport-height')
      else root.style.setProperty('--viewport-height', `${viewport.height}px`)
      if (viewport.offsetTop > 0) window.scrollTo(0, 0)
    }
    fit()
    viewport.addEventListener('resize', fit)
    return () => viewport.removeEventListener('resize', fit)
  }, [])
}
