import { runAfter } from '../base/clock.ts'
import type { Clock, Sleep } from '../base/clock.ts'
import { readFrames, wholeResponse } from './read-frames.ts'
import type { FramesRequest } from './read-frames.ts'
import type { Follow, Transport, TransportEvents } from './transport.ts'

export interface PollsRequest extends Omit<FramesRequest, 'follows' | 'holdMs'> {
  /** Named anew in each request, with the positions it then has. */
  follows: () => Follow[]
  /** Longest wait of one request for something to tell, ms. */
  holdMs: number
  /** Shortest time from the beginning of a request to that of the next, ms. */
  paceMs: number
  clock: Pick<Clock, 'monotonic'>
  sleep: Sleep
}

/** What a request may take beyond its wait, ms. */
const overdueMs = 10_000

/**
 * The same frames by one request after another, each of which ends: for where a proxy holds a response back until it is
 * whole. The first asks for nothing but what there is, so that a way that works is soon known.
 */
export function openPolls(
  { follows, holdMs, paceMs, clock, sleep, ...request }: PollsRequest,
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
      const cancelDeadline = runAfter(sleep, wait + overdueMs, () => end(1006))
      const code = await readFrames({ ...request, follows: follows(), holdMs: wait }, events.onFrame, signal)
      cancelDeadline()
      if (code !== wholeResponse) return end(code)
      const left = began + paceMs - clock.monotonic()
      if (left > 0) await sleep(left, signal)
    }
  }
  poll().catch(() => end(1006))
  return { kind: 'polls', send: () => false, close: () => stop.abort() }
}
