import { closeCodes } from '../../protocol/close-codes.ts'
import type { ServerFrame } from '../../protocol/frames.ts'
import { readServerFrame } from './transport.ts'
import type { Follow } from './transport.ts'

export interface FramesRequest {
  /** The address of the server-sent events. */
  address: string
  tab: string
  follows: Follow[]
  /** If set, the response ends as soon as it has frames, at the latest after this many ms (long polling). */
  holdMs?: number
}

/** The result for a response that ended normally: the close code of a cleanly closed WebSocket. */
export const completeResponseCode = 1000

/**
 * Reads frames as server-sent events until the response ends. Resolves with `completeResponseCode`, or with the close code
 * that a WebSocket would have had; rejects if the connection breaks. It uses `fetch` because an `EventSource` would
 * reconnect by itself with its first position, and cannot distinguish a 401 from a lost connection.
 */
export async function readFrames(
  { address, tab, follows, holdMs }: FramesRequest,
  onFrame: (frame: ServerFrame) => void,
  signal: AbortSignal,
): Promise<number> {
  const query = new URLSearchParams({ tab, follow: JSON.stringify(follows), rereads: 'true' })
  if (holdMs !== undefined) query.set('hold', String(holdMs))
  const response = await fetch(`${address}?${query.toString()}`, {
    headers: { accept: 'text/event-stream' },
    signal,
    cache: 'no-store',
  })
  if (response.status === 401) return closeCodes.unauthenticated.code
  if (response.status === 429) return closeCodes.tooMany.code
  if (!response.ok || !response.body) return 1006
  const take = createEventReader((data) => {
    const frame = signal.aborted ? undefined : readServerFrame(data)
    if (frame) onFrame(frame)
  })
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return completeResponseCode
    take(value)
  }
}

/**
 * Returns a function that takes chunks of any size and calls `onData` with the `data:` lines of each complete event.
 */
export function createEventReader(onData: (data: string) => void): (chunk: string) => void {
  let rest = ''
  let data: string[] = []
  return (chunk) => {
    rest += chunk
    let from = 0
    for (let at = rest.indexOf('\n', from); at >= 0; at = rest.indexOf('\n', from)) {
      const line = rest.slice(from, rest.charAt(at - 1) === '\r' && at > from ? at - 1 : at)
      from = at + 1
      if (line === '') {
        if (data.length > 0) onData(data.join('\n'))
        data = []
      } else if (line.startsWith('data:')) {
        data.push(line.slice(line.charAt(5) === ' ' ? 6 : 5))
      }
    }
    rest = rest.slice(from)
  }
}
