/** When the next frame comes, and whether motion is wanted at all. Injected, so that tests own the time. */
export interface FrameClock {
  /** Milliseconds, never going back. */
  now: () => number
  /**
   * Calls once before the next paint, or soon where nothing is painted; with `waitMs`, before the first paint after
   * about so many milliseconds. Returns how to cancel it.
   */
  request: (run: () => void, waitMs?: number) => () => void
  /** True where words are shown as they come: a hidden tab, or a person who wants no motion. */
  instant: () => boolean
}

const hiddenMs = 100
/** Half a frame: a timer that is meant for a frame must not miss it. */
const earlyMs = 8

/** Asked in each frame: a query that is made once costs nothing to read. */
let reduced: MediaQueryList | undefined

/** Whether the person wants no motion. */
export function wantsNoMotion(): boolean {
  reduced ??= matchMedia('(prefers-reduced-motion: reduce)')
  return reduced.matches
}

/** Those who wait for a frame, told when the tab is hidden or comes back. One listener for all, for good. */
const waiting = new Set<() => void>()
let listening = false

function listen(): void {
  if (listening) return
  listening = true
  document.addEventListener('visibilitychange', () => {
    // Those that ask for the next frame meanwhile have been told by asking.
    const told = [...waiting]
    for (const changed of told) changed()
  })
}

/** The browser's frames. A hidden tab has none: a timer stands in, and coming back does not wait for it. */
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
  instant: () => document.hidden || wantsNoMotion(),
}
