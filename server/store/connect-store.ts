import { backoff, sleep } from '../base/index.ts'
import { openStore } from './open-store.ts'
import type { StoreOptions } from './open-store.ts'
import { StoreError } from './store.ts'
import type { Store } from './store.ts'

export interface ConnectOptions extends StoreOptions {
  /** How long to retry while the database is unavailable, ms. */
  startTimeoutMs: number
  /** Receives the reason for a failed attempt, as a sentence; called only when the reason differs from the last one. */
  onProblem?: (sentence: string) => void
  signal: AbortSignal
}

const pauses = { initialMs: 200, maxMs: 3000 }

/**
 * Calls `openStore` and retries while the database is unavailable, so that the caller can answer /health meanwhile.
 * Rejects at once with an error that a retry cannot cure, with the last problem after `startTimeoutMs`, and with the
 * reason of `signal` when it is aborted.
 */
export async function connectStore(options: ConnectOptions): Promise<Store> {
  const { startTimeoutMs, onProblem, signal, clock } = options
  const end = clock.monotonic() + startTimeoutMs
  let lastReported = ''
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted()
    try {
      return await openStore(options)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      if (clock.monotonic() >= end) {
        throw new StoreError(
          error.kind,
          `the database did not become usable within ${startTimeoutMs / 1000} s: ${error.message}`,
          error,
        )
      }
      if (error.message !== lastReported) onProblem?.(error.message)
      lastReported = error.message
      await sleep(Math.min(backoff(attempt, pauses), Math.max(0, end - clock.monotonic())), signal)
    }
  }
}
