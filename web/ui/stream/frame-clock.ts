/** The source of animation frames, and whether to animate at all. Injected, so that tests control time. */
export interface FrameClock {
  /** Milliseconds of a clock that never goes backwards. */
  now: () => number
  /**
   * Calls `run` once before the next paint, or soon if the tab is hidden and does not paint. With `waitMs`, before the
   * first paint after about that time. Returns a function that cancels it.
   */
  request: (run: () => void, waitMs?: number) => () => void
  /** True if text is shown as it arrives: in a hidden tab, or if the user prefers reduced motion. */
  isInstant: () => boolean
}

const hiddenMs = 100
/** Half a frame, by which a timer fires early so that it does not miss its frame. */
const earlyMs = 8

/** Created once and kept, because it is read in each frame. */
let reduced: MediaQueryList | undefined

/** Whether the user prefers reduced motion. */
export function prefersReducedMotion(): boolean {
  reduced ??= matchMedia('(prefers-reduced-motion: reduce)')
  return reduced.matches
}

/** Pending requests, notified when the tab is hidden or shown. They share one listener that is never removed. */
const waiting = new Set<() => void>()
let listening = false

function listen(): void {
  if (listening) return
  listening = true
  document.addEventListener('visibilitychange', () => {
    // A copy: requests that are added meanwhile already know the new visibility.
    const requests = [...waiting]
    for (const changed of requests) changed()
  })
}

/** The browser's frames. A hidden tab has none, so a timer replaces them; showing the tab ends the wait for it. */
export const browserFrames: FrameClock = {
  now: () => performance.now(),
  request(run, waitMs = 0) {
    listen()
    let frame = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    function cancel(): void {
      if (frame !== 0) cancelAnimationFrame(frame)
      clearTimeout(timer)
      waiting.delete(changed)
    }
    function go(): void {
      cancel()
      run()
    }
    function changed(): void {
      clearTimeout(timer)
      if (document.hidden) timer = setTimeout(go, hiddenMs)
      else go()
    }
    waiting.add(changed)
    if (document.hidden) timer = setTimeout(go, hiddenMs)
    else if (waitMs > 0) timer = setTimeout(() => (frame = requestAnimationFrame(go)), waitMs - earlyMs)
    else frame = requestAnimationFrame(go)
    return cancel
  },
  isInstant: () => document.hidden || prefersReducedMotion(),
}
