import { readServerFrame } from './transport.ts'
import type { Follow, Transport, TransportEvents } from './transport.ts'

/**
 * The same frames as server-sent events, for where a proxy breaks WebSockets. Read with `fetch`: an `EventSource` would
 * reconnect by itself from the position it began with, and could not tell a 401 from a lost link.
 */
export function openEvents(
  address: string,
  tab: string,
  follows: Follow[],
  events: TransportEvents,
): Transport {
  const stop = new AbortController()
  let over = false
  const end = (code: number): void => {
    if (over) return
    over = true
    events.onClosed(code)
  }
  const query = new URLSearchParams({ tab, follow: JSON.stringify(follows) })
  const read = async (): Promise<void> => {
    const response = await fetch(`${address}?${query.toString()}`, {
      headers: { accept: 'text/event-stream' },
      signal: stop.signal,
      cache: 'no-store',
    })
    if (response.status === 401) return end(4101)
    if (!response.ok || !response.body) return end(1006)
    const take = createEventReader((data) => {
      const frame = over ? undefined : readServerFrame(data)
      if (frame) events.onFrame(frame)
    })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      take(value)
    }
    end(1006)
  }
  read().catch(() => end(1006))
  return {
    kind: 'events',
    send: () => false,
    close() {
      over = true
      stop.abort()
    },
  }
}

/** Collects `data:` lines into events, whatever the chunk borders. */
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
