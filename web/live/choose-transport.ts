import type { Transport } from './transport.ts'

type Kind = Transport['kind']

/** How a connection was lost: it was closed, got no welcome in time, or stopped delivering after it had worked. */
export type Loss = 'closed' | 'no welcome' | 'silent'

/** Chooses the next transport to try, from what happened to the previous ones. */
export interface TransportChoice {
  /** The transport for the next attempt. */
  next: () => Kind
  /** A connection failed or was lost. `welcomed`: it had received its welcome. */
  lost: (kind: Kind, how: Loss, welcomed: boolean) => void
  /** A connection has received its welcome. `beside`: it was opened while another connection worked. */
  works: (kind: Kind, beside: boolean) => void
  /** A connection has delivered frames for long enough to be regarded as stable. */
  lasts: (kind: Kind) => void
  /** The better transport to try while a connection of the given kind works. */
  better: (than: Kind) => Kind
}

/** After this many consecutive WebSockets without a welcome, a proxy is assumed to block them. */
const failuresBeforeEvents = 2
/**
 * After this many consecutive event streams that stop delivering, or do not begin although an earlier one did, a proxy
 * is assumed to buffer responses until they end. If no stream has ever begun, a single failure is enough.
 */
const silencesBeforePolls = 2

/**
 * Prefers a WebSocket, then server-sent events if WebSockets are blocked, then polls if event streams are buffered as
 * well. After the loss of a fallback it tries a WebSocket first, because the server itself may have been unavailable.
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
      // If event streams are buffered, polls are tried right after a stream has failed.
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
