import type { Transport } from './transport.ts'

type Kind = Transport['kind']

/** How a way was lost: closed by somebody, without a welcome in time, or silent after it had worked. */
export type Loss = 'closed' | 'no welcome' | 'silent'

/** Which way to the server is to be tried, from what became of those before. */
export interface TransportChoice {
  next: () => Kind
  lost: (kind: Kind, how: Loss, welcomed: boolean) => void
  /** It has its welcome. `beside`: it was tried beside one that worked. */
  works: (kind: Kind, beside: boolean) => void
  /** It has carried words for long enough to be believed. */
  lasts: (kind: Kind) => void
  /** The better way to try beside one that works. */
  better: (than: Kind) => Kind
}

/** Two WebSockets in a row that never got a welcome: something between here and the server does not let them through. */
const failuresBeforeEvents = 2
/**
 * Streams in a row that fall silent, or whose beginning does not come though one did before: something holds back what
 * has not ended. Where none ever began, one is enough.
 */
const silencesBeforePolls = 2

/**
 * A WebSocket, while that works; server-sent events where it does not get through; polls where those are held back as
 * well. After either of the lesser ways was lost a WebSocket is tried first: it may have been the server that was away.
 */
export function createTransportChoice(): TransportChoice {
  let socketFailures = 0
  let heldBack = 0
  let eventsBegan = false
  let last: Kind = 'events'
  let tried: Kind = 'polls'
  const lesser = (): Kind => (heldBack >= silencesBeforePolls ? 'polls' : 'events')
  return {
    next() {
      const giveUp = socketFailures >= failuresBeforeEvents
      // A stream that was held back is followed by polls at once.
      last =
        giveUp && (last === 'socket' || (last === 'events' && lesser() === 'polls')) ? lesser() : 'socket'
      return last
    },
    lost(kind, how, welcomed) {
      if (kind === 'socket' && !welcomed) socketFailures++
      if (kind === 'events' && how !== 'closed') heldBack += eventsBegan ? 1 : silencesBeforePolls
    },
    works(kind, beside) {
      if (kind === 'socket') socketFailures = 0
      if (kind === 'events') eventsBegan = true
      if (kind === 'socket' || (kind === 'events' && beside)) heldBack = 0
    },
    lasts(kind) {
      if (kind === 'events') heldBack = 0
    },
    better(than) {
      tried = than === 'polls' && tried === 'socket' ? 'events' : 'socket'
      return tried
    },
  }
}
