import type { ServerFrame } from '../../protocol/frames.ts'
import type { Clock, Sleep } from '../base/clock.ts'
import type { Follow, Transport } from './transport.ts'

/**
 * The state of the live socket. `waiting`: lost, another try follows by itself. `ended`: signed out, closed, or the page
 * is older than the server. `closedBy`: the close code that ended it, or that keeps it waiting (`tooMany`).
 */
export type SocketStatus =
  | { state: 'connecting' }
  | { state: 'open'; transport: Transport['kind'] }
  | { state: 'waiting' | 'ended'; closedBy: number | undefined }

export interface SocketOptions {
  /** Where the WebSocket is: `ws://…/ws`. */
  socketAddress: string
  /** Where the same frames are as server-sent events, in a stream or by polls: `/api/live`. */
  eventsAddress: string
  /** Names this tab to the server. */
  tab: string
  /** What is followed now: named in the address of server-sent events, and watched for silence. */
  follows: () => Follow[]
  onFrame: (frame: ServerFrame) => void
  onStatus: (status: SocketStatus) => void
  /** Fetches what shows that this page is the server's own; null where nothing is needed. */
  prove: () => Promise<string | null>
  random?: () => number
  clock?: Pick<Clock, 'monotonic'>
  sleep?: Sleep
  /** Longest wait for `welcome`, ms. */
  welcomeMs?: number
  /** Longest silence while a run is followed, ms. */
  silenceMs?: number
  /** How long a lesser way serves before a better one is tried beside it, ms. */
  probeMs?: number
  /** Longest wait of one poll for something to tell, ms. */
  holdMs?: number
  /** Shortest time between two polls, ms. */
  paceMs?: number
  /** Longest pause between two tries, ms. */
  maxRetryMs?: number
}
