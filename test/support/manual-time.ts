interface Sleeper {
  at: number
  wake: () => void
}

/** A clock that stands still and waits that end when the test moves it. */
export interface ManualTime {
  clock: { now: () => number; monotonic: () => number }
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  /** How long each wait that has not ended still takes, ms, shortest first. */
  waits: () => number[]
  /** Moves the clock on, and ends on the way every wait whose time comes, in order. */
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
    waits: () => inOrder().map(({ at }) => at - now),
    async advance(ms) {
      const end = now + ms
      for (;;) {
        // What a wait that has just ended leads to may wait again.
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
