import { readFrames, completeResponseCode } from './read-frames.ts'
import type { FramesRequest } from './read-frames.ts'
import type { Transport, TransportEvents } from './transport.ts'

/** Receives the frames as server-sent events, for networks in which a proxy breaks WebSockets. */
export function openEvents(request: FramesRequest, events: TransportEvents): Transport {
  const stop = new AbortController()
  const end = (code: number): void => {
    if (stop.signal.aborted) return
    stop.abort()
    events.onClosed(code)
  }
  readFrames(request, events.onFrame, stop.signal).then(
    (code) => end(code === completeResponseCode ? 1006 : code),
    () => end(1006),
  )
  return { kind: 'events', send: () => false, close: () => stop.abort() }
}
