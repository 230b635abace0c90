import type { ServerFrame } from '../../protocol/frames.ts'
import type { Clock, Sleep } from '../base/clock.ts'
import type { Follow, Transport } from './transport.ts'

/**
 * The state of the live socket. `waiting`: the connection was lost and will be retried. `ended`: signed out, closed, or
 * the page is older than the server. `closedBy`: the close code that ended it, or that keeps it waiting (`tooMany`).
 * `silent`: the connection is open, but the server has not sent a frame that it owes.
 */
export type SocketStatus =
  | { state: 'connecting' }
  | { state: 'open'; transport: Transport['kind']; silent?: true }
  | { state: 'waiting' | 'ended'; closedBy: number | undefined }

export interface SocketOptions {
  /** The address of the WebSocket: `ws://…/ws`. */
  socketAddress: string
  /** The address of the same frames as server-sent events, for streams and polls: `/api/live`. */
  eventsAddress: string
  /** The id of this tab. */
  tab: string
  /** The runs followed now: sent in the address of server-sent events. While there are any, silence is an error. */
  follows: () => Follow[]
  onFrame: (frame: ServerFrame) => void
  onStatus: (status: SocketStatus) => void
  /** Fetches a proof that this page is the server's own; null if the session has none. */
  prove: () => Promise<string | null>
  random?: () => number
  clock?: Pick<Clock, 'monotonic'>
  sleep?: Sleep
  /** Longest wait for `welcome`, ms. */
  welcomeMs?: number
  /** Longest time without a frame while a run is followed, ms. */
  silenceMs?: number
  /** Time after which a better transport is tried while a fallback is in use, ms. */
  probeMs?: number
  /** How long the server may hold one poll until it has a frame, ms. */
  holdMs?: number
  /** Shortest time between the starts of two polls, ms. */
  minPollIntervalMs?: number
  /** Longest pause between two attempts to connect, ms. */
  maxRetryMs?: number
}
