import { runAfter } from '../base/clock.ts'
import type { Clock, Sleep } from '../base/clock.ts'
import { readFrames, completeResponseCode } from './read-frames.ts'
import type { FramesRequest } from './read-frames.ts'
import type { Follow, Transport, TransportEvents } from './transport.ts'

export interface PollsRequest extends Omit<FramesRequest, 'follows' | 'holdMs'> {
  /** Called for each request, to send the current positions. */
  follows: () => Follow[]
  /** How long the server may hold one request until it has a frame, ms. */
  holdMs: number
  /** Shortest time between the starts of two requests, ms. */
  minPollIntervalMs: number
  clock: Pick<Clock, 'monotonic'>
  sleep: Sleep
}

/** How much longer than its hold time a request may take, ms. */
const graceMs = 10_000

/**
 * Receives the frames by long polling, for networks in which a proxy buffers a response until it is complete. The first
 * request is not held, so that the page soon knows that polling works.
 */
export function openPolls(
  { follows, holdMs, minPollIntervalMs, clock, sleep, ...request }: PollsRequest,
  events: TransportEvents,
): Transport {
  const stop = new AbortController()
  const { signal } = stop
  const end = (code: number): void => {
    if (signal.aborted) return
    stop.abort()
    events.onClosed(code)
  }
  const poll = async (): Promise<void> => {
    for (let wait = 0; !signal.aborted; wait = holdMs) {
      const began = clock.monotonic()
      const cancelDeadline = runAfter(sleep, wait + graceMs, () => end(1006))
      const code = await readFrames({ ...request, follows: follows(), holdMs: wait }, events.onFrame, signal)
      cancelDeadline()
      if (code !== completeResponseCode) return end(code)
      const left = began + minPollIntervalMs - clock.monotonic()
      if (left > 0) await sleep(left, signal)
    }
  }
  poll().catch(() => end(1006))
  return { kind: 'polls', send: () => false, close: () => stop.abort() }
}
