type TimerName = 'retry' | 'silence' | 'ping' | 'probe' | 'reopen'

/** Named timers: setting one again moves it, and all can be dropped together. */
export interface Timers {
  set: (name: TimerName, ms: number, run: () => void) => void
  drop: (name: TimerName) => void
  has: (name: TimerName) => boolean
  clear: () => void
}

export function createTimers(): Timers {
  const running = new Map<TimerName, ReturnType<typeof setTimeout>>()
  const drop = (name: TimerName): void => {
    clearTimeout(running.get(name))
    running.delete(name)
  }
  return {
    set(name, ms, run) {
      drop(name)
      running.set(
        name,
        setTimeout(() => {
          running.delete(name)
          run()
        }, ms),
      )
    },
    drop,
    has: (name) => running.has(name),
    clear() {
      for (const name of running.keys()) drop(name)
    },
  }
}
