import { runAfter } from '../base/clock.ts'
import type { Sleep } from '../base/clock.ts'

type TimerName = 'retry' | 'silence' | 'ping' | 'probe' | 'reopen'

/** Named timers. Setting a timer again replaces it; `clear` cancels all. */
export interface Timers {
  set: (name: TimerName, ms: number, run: () => void) => void
  drop: (name: TimerName) => void
  has: (name: TimerName) => boolean
  clear: () => void
}

export function createTimers(sleep: Sleep): Timers {
  const running = new Map<TimerName, () => void>()
  const drop = (name: TimerName): void => {
    running.get(name)?.()
    running.delete(name)
  }
  return {
    set(name, ms, run) {
      drop(name)
      const cancel = runAfter(sleep, ms, () => {
        running.delete(name)
        run()
      })
      running.set(name, cancel)
    },
    drop,
    has: (name) => running.has(name),
    clear() {
      for (const name of running.keys()) drop(name)
    },
  }
}
