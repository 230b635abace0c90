/** The source of time, with the same interface as `server/base/clock.ts`. Injected, so that tests control it. */
export interface Clock {
  /** Wall clock, epoch milliseconds. May jump. */
  now(): number
  /** Milliseconds of a clock that never goes backwards. */
  monotonic(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}

/** Resolves after `ms`, or without an error as soon as the signal is aborted. Injected like the clock. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

export const sleep: Sleep = (ms, signal) =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      // The signal may live as long as the page and would collect listeners.
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
  })

/** Calls `run` after `ms`. Returns a function that cancels it. */
export function runAfter(sleepFor: Sleep, ms: number, run: () => void): () => void {
  const cancelled = new AbortController()
  void sleepFor(ms, cancelled.signal).then(() => {
    if (!cancelled.signal.aborted) run()
  })
  return () => cancelled.abort()
}
