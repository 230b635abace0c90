import { jitter } from './ids.ts'

export interface BackoffOptions {
  /** First pause, ms. */
  first: number
  /** Longest pause, ms. */
  most: number
}

/** Full-jitter exponential back-off (as described in AWS's "Exponential Backoff And Jitter"): the pause before try `attempt` (0-based), ms. */
export function backoff(attempt: number, { first, most }: BackoffOptions): number {
  const ceiling = Math.min(most, first * 2 ** Math.min(attempt, 16))
  return ceiling / 2 + (jitter() * ceiling) / 2
}
