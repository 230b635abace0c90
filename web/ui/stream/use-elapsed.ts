import { useEffect, useState } from 'react'

const waitMs = 400

/**
 * Whole seconds since something that is still going on began, or undefined for its first 400 ms, in which nothing need
 * be said. `since` is in the milliseconds of `Date.now`; without it, the time of the first call counts.
 */
export function useElapsed(active: boolean, since?: number): number | undefined {
  const [mounted] = useState(() => Date.now())
  const [now, setNow] = useState(mounted)
  const start = since ?? mounted
  useEffect(() => {
    if (!active) return undefined
    // Wakes when the answer changes, not more often.
    const passed = Math.max(0, now - start)
    const next = passed < waitMs ? waitMs - passed : 1000 - (passed % 1000)
    const timer = setTimeout(() => setNow(Date.now()), Math.max(16, next))
    return () => clearTimeout(timer)
  }, [active, now, start])
  const passed = now - start
  return active && passed >= waitMs ? Math.floor(passed / 1000) : undefined
}
