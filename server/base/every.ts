import { sleep as realSleep } from './clock.ts'
import type { Sleep } from './clock.ts'
import { jitter } from './ids.ts'

export interface EveryOptions {
  /** Pause between the end of one call and the start of the next, ms; evaluated before each pause. */
  ms: () => number
  /** The share of the pause that varies at random, so that instances do not run in step. Default 0.1. */
  spread?: number
  failed: (error: unknown) => void
  signal: AbortSignal
  /** Waits for the pause. Default: `sleep`, which waits in real time. */
  sleep?: Sleep
}

/** Calls `turn` repeatedly until the signal aborts. Calls never overlap: a slow one delays the next. */
export async function every(
  turn: () => Promise<void>,
  { ms, spread = 0.1, failed, signal, sleep = realSleep }: EveryOptions,
): Promise<void> {
  while (!signal.aborted) {
    const pause = ms()
    await sleep(pause * (1 - spread / 2 + jitter() * spread), signal)
    if (signal.aborted) return
    try {
      await turn()
    } catch (error) {
      failed(error)
    }
  }
}
