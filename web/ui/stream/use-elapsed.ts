import { useEffect, useState } from 'react'

const waitMs = 400

/**
 * Returns the whole seconds since an active process began, or undefined during its first 400 ms, in which no time has
 * to be shown. `since` is in ms of `Date.now`; without it, the time of the first call is used.
 */
export function useElapsed(active: boolean, since?: number): number | undefined {
  const [mounted] = useState(() => Date.now())
  const [now, setNow] = useState(mounted)
  const start = since ?? mounted
  useEffect(() => {
    if (!active) return undefined
    // Wake only when the returned value changes.
    const passed = Math.max(0, now - start)
    const next = passed < waitMs ? waitMs - passed : 1000 - (passed % 1000)
    const timer = setTimeout(() => setNow(Date.now()), Math.max(16, next))
    return () => clearTimeout(timer)
  }, [active, now, start])
  const passed = now - start
  return active && passed >= waitMs ? Math.floor(passed / 1000) : undefined
}
