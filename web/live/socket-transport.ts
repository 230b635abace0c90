import { framesVersion } from './wire-constants.ts'
import { readServerFrame } from './transport.ts'
import type { Transport, TransportEvents } from './transport.ts'

/** Opens the WebSocket and says hello. The session's cookie goes with the handshake. */
export function openSocket(address: string, tab: string, events: TransportEvents): Transport {
  const socket = new WebSocket(address)
  let over = false
  const end = (code: number): void => {
    if (over) return
    over = true
    events.onClosed(code)
  }
  socket.addEventListener('open', () => {
    socket.send(JSON.stringify({ t: 'hello', v: framesVersion, tab }))
  })
  socket.addEventListener('message', (message) => {
    if (over) return
    const frame = typeof message.data === 'string' ? readServerFrame(message.data) : undefined
    if (frame) events.onFrame(frame)
  })
  // `error` is always followed by `close`, which says more.
  socket.addEventListener('close', (event) => end(event.code))
  return {
    kind: 'socket',
    send(frame) {
      if (over || socket.readyState !== WebSocket.OPEN) return false
      socket.send(JSON.stringify(frame))
      return true
    },
    close() {
      over = true
      socket.close()
    },
  }
}
