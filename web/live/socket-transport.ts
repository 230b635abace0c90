import { closeCodes } from '../../protocol/close-codes.ts'
import type { PageProof } from './page-proof.ts'
import { framesVersion } from './wire-constants.ts'
import { readServerFrame } from './transport.ts'
import type { Transport, TransportEvents } from './transport.ts'

/**
 * Opens the WebSocket and sends `hello`. The browser sends the session cookie with the handshake. If the server cannot
 * verify the origin of the page, it closes the socket with `originUnproven`; the page then reconnects once, with a
 * proof.
 */
export function openSocket(
  address: string,
  { tab, proof }: { tab: string; proof: PageProof },
  events: TransportEvents,
): Transport {
  let state: 'unproven' | 'proven' | 'over' = 'unproven'
  const end = (code: number): void => {
    if (state === 'over') return
    state = 'over'
    events.onClosed(code)
  }
  const closed = (code: number): void => {
    if (state !== 'unproven' || code !== closeCodes.originUnproven.code) return end(code)
    state = 'proven'
    proof.renew().then(
      () => {
        if (state !== 'over') socket = connect()
      },
      () => end(code),
    )
  }
  const connect = (): WebSocket => {
    const opened = new WebSocket(address)
    opened.addEventListener('open', () => {
      const shown = proof.current()
      const hello = {
        t: 'hello',
        v: framesVersion,
        tab,
        rereads: true,
        ...(shown === undefined ? {} : { proof: shown }),
      }
      opened.send(JSON.stringify(hello))
    })
    opened.addEventListener('message', (message) => {
      if (state === 'over') return
      const frame = typeof message.data === 'string' ? readServerFrame(message.data) : undefined
      if (frame) events.onFrame(frame)
    })
    // `error` is always followed by `close`, which has the code.
    opened.addEventListener('close', (event) => closed(event.code))
    return opened
  }
  let socket = connect()
  return {
    kind: 'socket',
    send(frame) {
      if (state === 'over' || socket.readyState !== WebSocket.OPEN) return false
      socket.send(JSON.stringify(frame))
      return true
    },
    close() {
      state = 'over'
      socket.close()
    },
  }
}
