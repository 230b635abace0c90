import { setTimeout as delay } from 'node:timers/promises'

/** Where time comes from. Injected everywhere, so that tests own it. */
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
 * How code waits. Whatever pauses takes it as a parameter or port beside the clock, so that its test decides when the
 * pause is over; the wiring passes `sleep`.
 */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>

/** Waits `ms`; resolves early, without an error, when the signal aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal ? { signal } : {})
  } catch {
    // Only an abort rejects: the waiter looks at its signal.
  }
}
