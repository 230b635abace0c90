/** The pauses between attempts to connect. */
export interface ReconnectBackoff {
  /** Returns the pause before the next attempt, ms. */
  next: () => number
  /** The server has named the time in ms after which the client may reconnect: the next pause is at least that long. */
  waitAtLeast: (ms: number) => void
  /** An attempt succeeded, or the user is waiting for one: starts again with short pauses. */
  reset: () => void
}

/** Exponential backoff with full jitter: clients that lost the same instance reconnect spread over the whole pause. */
export function createReconnectBackoff(options: {
  random: () => number
  initialMs: number
  maxMs: number
}): ReconnectBackoff {
  const { random, initialMs, maxMs } = options
  let attempt = 0
  let minimumMs: number | undefined
  return {
    next() {
      // A `bye` of the server does not count as a failed attempt.
      const spread = Math.min(initialMs * 2 ** (minimumMs === undefined ? attempt++ : 0), maxMs)
      const pause = (minimumMs ?? 0) + random() * spread
      minimumMs = undefined
      return pause
    },
    waitAtLeast(ms) {
      minimumMs = ms
    },
    reset() {
      attempt = 0
    },
  }
}
