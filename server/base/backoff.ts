import { jitter } from './ids.ts'

export interface BackoffOptions {
  /** The first pause, ms. */
  first: number
  /** The longest pause, ms. */
  most: number
}

/** Exponential back-off with jitter: the pause after the failed attempt `attempt` (0-based), ms. */
export function backoff(attempt: number, { first, most }: BackoffOptions): number {
  const ceiling = Math.min(most, first * 2 ** Math.min(attempt, 16))
  return ceiling / 2 + (jitter() * ceiling) / 2
}
