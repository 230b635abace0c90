import type { ClientFrame, ServerFrame } from '../../protocol/frames.ts'
import type { Position } from '../../protocol/run.ts'

/** A connection to the server, open until `close` or `onClosed`. */
export interface Transport {
  kind: 'socket' | 'events' | 'polls'
  /** Returns false if the frame cannot be sent on this connection (any more). */
  send: (frame: ClientFrame) => boolean
  close: () => void
}

export interface TransportEvents {
  onFrame: (frame: ServerFrame) => void
  /** Called once, unless `close` was called. `code`: the close code, 1006 if the transport has none. */
  onClosed: (code: number) => void
}

export interface Follow {
  runId: string
  position: Position
}

export function readServerFrame(text: string): ServerFrame | undefined {
  const value: unknown = JSON.parse(text)
  // Boundary cast: the server has the same protocol version as the page, and readers ignore frames of unknown types.
  return typeof value === 'object' && value !== null && 't' in value ? (value as ServerFrame) : undefined
}
