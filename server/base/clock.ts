import { setTimeout as delay } from 'node:timers/promises'

/** The source of time. It is injected everywhere, so that tests control it. */
export interface Clock {
  /** Wall clock, epoch milliseconds. May jump. Never used to decide who is alive (rule 17). */
  now(): number
  /** Milliseconds that only grow; stops while the machine sleeps on some systems. */
  monotonic(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}

/**
 * A function that waits. Code that pauses takes it as a parameter or port, so that its tests decide when the pause
 * ends;
 * `instance/` passes `sleep`.
 */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

/** Waits `ms`; resolves early, without an error, when the signal aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal ? { signal } : {})
  } catch {
    // Only an abort rejects; callers check their signal.
  }
}
