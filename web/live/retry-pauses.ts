/** The pauses between attempts to connect. */
export interface RetryPauses {
  /** Returns the pause before the next attempt, ms. */
  next: () => number
  /** The server has named the time in ms after which the client may reconnect: the next pause is at least that long. */
  comeBackAfter: (ms: number) => void
  /** An attempt succeeded, or the user is waiting for one: starts again with short pauses. */
  reset: () => void
}

/** Exponential backoff with full jitter: clients that lost the same instance reconnect spread over the whole pause. */
export function createRetryPauses(options: {
  random: () => number
  firstMs: number
  maxMs: number
}): RetryPauses {
  const { random, firstMs, maxMs } = options
  let attempt = 0
  let namedMs: number | undefined
  return {
    next() {
      // A `bye` of the server does not count as a failed attempt.
      const spread = Math.min(firstMs * 2 ** (namedMs === undefined ? attempt++ : 0), maxMs)
      const pause = (namedMs ?? 0) + random() * spread
      namedMs = undefined
      return pause
    },
    comeBackAfter(ms) {
      namedMs = ms
    },
    reset() {
      attempt = 0
    },
  }
}
