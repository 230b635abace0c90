interface Sleeper {
  at: number
  wake: () => void
}

/** A clock that only the test advances, and a `sleep` that ends when the clock reaches its time. */
export interface ManualTime {
  clock: { now: () => number; monotonic: () => number }
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** The remaining times of all pending sleeps, ms, shortest first. */
  pendingSleeps: () => number[]
  /** Advances the clock, and ends each sleep that becomes due on the way, in order. */
  advance: (ms: number) => Promise<void>
}

export function manualTime(): ManualTime {
  let now = 0
  const sleepers = new Set<Sleeper>()
  const inOrder = (): Sleeper[] => [...sleepers].sort((a, b) => a.at - b.at)
  return {
    clock: { now: () => now, monotonic: () => now },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper: Sleeper = {
          at: now + ms,
          wake: () => {
            sleepers.delete(sleeper)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', sleeper.wake)
      }),
    pendingSleeps: () => inOrder().map(({ at }) => at - now),
    async advance(ms) {
      const end = now + ms
      for (;;) {
        // The code after a sleep that has just ended may start another sleep.
        await new Promise((resolve) => setImmediate(resolve))
        const next = inOrder()[0]
        if (!next || next.at > end) break
        now = Math.max(now, next.at)
        next.wake()
      }
      now = end
    },
  }
}
