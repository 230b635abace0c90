/** Where time comes from, in the shape of `server/base/clock.ts`. Injected, so that tests own it. */
export interface Clock {
  /** Wall clock, epoch milliseconds. May jump. */
  now(): number
  /** Milliseconds that only grow. */
  monotonic(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}

/** How code waits: resolves after `ms`, or early, without an error, when the signal aborts. Injected beside the clock. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

export const sleep: Sleep = (ms, signal) =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      // A signal may live as long as the page.
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
  })

/** Calls `run` after `ms`. Returns how to cancel it. */
export function runAfter(sleepFor: Sleep, ms: number, run: () => void): () => void {
  const cancelled = new AbortController()
  void sleepFor(ms, cancelled.signal).then(() => {
    if (!cancelled.signal.aborted) run()
  })
  return () => cancelled.abort()
}
