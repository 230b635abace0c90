import { sleep as realSleep } from './clock.ts'
import type { Sleep } from './clock.ts'
import { jitter } from './ids.ts'

export interface EveryOptions {
  /** Pause between the end of one turn and the start of the next, ms; read anew before each pause. */
  ms: () => number
  /** The pause varies by this share of itself, so that instances do not beat in step. Default 0.1. */
  spread?: number
  failed: (error: unknown) => void
  signal: AbortSignal
  /** How the pause is waited for. Default: in real time. */
  sleep?: Sleep
}

/** Runs `turn` again and again until the signal aborts. Turns never overlap: a slow one makes the next late. */
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
