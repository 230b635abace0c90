import type { ClientFrame, ServerFrame } from '../../protocol/frames.ts'
import type { Position } from '../../protocol/run.ts'

/** One way to the server, open until `close` or `onClosed`. */
export interface Transport {
  kind: 'socket' | 'events' | 'polls'
  /** False when the frame cannot go this way (any more). */
  send: (frame: ClientFrame) => boolean
  close: () => void
}

export interface TransportEvents {
  onFrame: (frame: ServerFrame) => void
  /** Once, unless `close` was called. `code`: of the WebSocket, 1006 where there is none. */
  onClosed: (code: number) => void
}

export interface Follow {
  runId: string
  position: Position
}

export function readServerFrame(text: string): ServerFrame | undefined {
  const value: unknown = JSON.parse(text)
  // The border. The server is ours and of this protocol's version; frames of an unknown name are ignored by the reader.
  return typeof value === 'object' && value !== null && 't' in value ? (value as ServerFrame) : undefined
}
