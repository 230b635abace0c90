import { jitter } from './ids.ts'

export interface BackoffOptions {
  /** The first pause, ms. */
  initialMs: number
  /** The longest pause, ms. */
  maxMs: number
}

/** Exponential back-off with jitter: the pause after the failed attempt `attempt` (0-based), ms. */
export function backoff(attempt: number, { initialMs, maxMs }: BackoffOptions): number {
  const ceiling = Math.min(maxMs, initialMs * 2 ** Math.min(attempt, 16))
  return ceiling / 2 + (jitter() * ceiling) / 2
}
