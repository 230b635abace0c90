import type { Transport } from './transport.ts'

type Kind = Transport['kind']

/** How a connection was lost: it was closed, got no welcome in time, or stopped delivering after it had worked. */
export type Loss = 'closed' | 'no welcome' | 'silent'

/** Chooses the next transport to try, from what happened to the previous ones. */
export interface TransportChoice {
  /** The transport for the next attempt. */
  next: () => Kind
  /** A connection failed or was lost. `welcomed`: it had received its welcome. */
  reportLost: (kind: Kind, how: Loss, welcomed: boolean) => void
  /** A connection has received its welcome. `beside`: it was opened while another connection worked. */
  reportConnected: (kind: Kind, beside: boolean) => void
  /** A connection has delivered frames for long enough to be regarded as stable. */
  reportStable: (kind: Kind) => void
  /** The better transport to try while a connection of the given kind works. */
  nextUpgrade: (than: Kind) => Kind
}

/** After this many consecutive WebSockets without a welcome, a proxy is assumed to block them. */
const socketFailuresBeforeEvents = 2
/**
 * After this many consecutive event streams that stop delivering, or do not begin although an earlier one did, a proxy
 * is assumed to buffer responses until they end. If no stream has ever begun, a single failure is enough.
 */
const bufferedStreamsBeforePolls = 2

/**
 * Prefers a WebSocket, then server-sent events if WebSockets are blocked, then polls if event streams are buffered as
 * well. After the loss of a fallback it tries a WebSocket first, because the server itself may have been unavailable.
 */
export function createTransportChoice(): TransportChoice {
  let socketFailures = 0
  let bufferedStreams = 0
  let streamHasWorked = false
  let last: Kind = 'events'
  let lastUpgrade: Kind = 'polls'
  const fallback = (): Kind => (bufferedStreams >= bufferedStreamsBeforePolls ? 'polls' : 'events')
  return {
    next() {
      const giveUp = socketFailures >= socketFailuresBeforeEvents
      // If event streams are buffered, polls are tried right after a stream has failed.
      last =
        giveUp && (last === 'socket' || (last === 'events' && fallback() === 'polls')) ? fallback() : 'socket'
      return last
    },
    reportLost(kind, how, welcomed) {
      if (kind === 'socket' && !welcomed) socketFailures++
      if (kind === 'events' && how !== 'closed')
        bufferedStreams += streamHasWorked ? 1 : bufferedStreamsBeforePolls
    },
    reportConnected(kind, beside) {
      if (kind === 'socket') socketFailures = 0
      if (kind === 'events') streamHasWorked = true
      if (kind === 'socket' || (kind === 'events' && beside)) bufferedStreams = 0
    },
    reportStable(kind) {
      if (kind === 'events') bufferedStreams = 0
    },
    nextUpgrade(than) {
      lastUpgrade = than === 'polls' && lastUpgrade === 'socket' ? 'events' : 'socket'
      return lastUpgrade
    },
  }
}
