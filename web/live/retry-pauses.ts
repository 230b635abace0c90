/** The pauses between the tries to connect. */
export interface RetryPauses {
  /** The pause before the next try, ms. */
  next: () => number
  /** The server names the time, in ms, after which the client may come back: the next pause is not shorter. */
  comeBackAfter: (ms: number) => void
  /** A try succeeded, or somebody waits for one: the pauses begin short. */
  reset: () => void
}

/** Full jitter: the clients that lost the same instance come back spread over the whole pause. */
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
      // A server that says goodbye is no failure.
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
