import { backoff, sleep } from '../base/index.ts'
import { openStore } from './open-store.ts'
import type { StoreOptions } from './open-store.ts'
import { StoreError } from './store.ts'
import type { Store } from './store.ts'

export interface ConnectOptions extends StoreOptions {
  /** How long a database that is away is asked again, ms. */
  startTimeoutMs: number
  /** Hears why it has not worked yet: a sentence, once for each that is new. */
  onProblem?: (sentence: string) => void
  signal: AbortSignal
}

const pauses = { first: 200, most: 3000 }

/**
 * `openStore`, again and again while the database is away, so that the caller can answer /health meanwhile. What trying
 * again does not cure rejects at once; so does the last problem after `startTimeoutMs`, and the signal's reason.
 */
export async function connectStore(options: ConnectOptions): Promise<Store> {
  const { startTimeoutMs, onProblem, signal, clock } = options
  const end = clock.monotonic() + startTimeoutMs
  let told = ''
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
      if (error.message !== told) onProblem?.(error.message)
      told = error.message
      await sleep(Math.min(backoff(attempt, pauses), Math.max(0, end - clock.monotonic())), signal)
    }
  }
}
