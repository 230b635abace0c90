/** When the next frame comes, and whether motion is wanted at all. Injected, so that tests own the time. */
export interface FrameClock {
  /** Milliseconds, never going back. */
  now: () => number
  /** Calls once before the next paint, or soon where nothing is painted. Returns how to cancel it. */
  request: (run: () => void) => () => void
  /** True where words are shown as they come: a hidden tab, or a person who wants no motion. */
  instant: () => boolean
}

const hiddenMs = 100

/** The browser's frames. A hidden tab has none: a timer stands in, and coming back does not wait for it. */
export const browserFrames: FrameClock = {
  now: () => performance.now(),
  request(run) {
    let frame = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    function cancel(): void {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', changed)
    }
    function go(): void {
      cancel()
      run()
    }
    function changed(): void {
      if (document.hidden) timer = setTimeout(go, hiddenMs)
      else go()
    }
    document.addEventListener('visibilitychange', changed)
    if (document.hidden) timer = setTimeout(go, hiddenMs)
    else frame = requestAnimationFrame(go)
    return cancel
  },
  instant: () => document.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches,
}
