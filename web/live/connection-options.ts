import type { ServerFrame } from '../../protocol/frames.ts'
import type { Follow, Transport } from './transport.ts'

export interface ConnectionStatus {
  /** `waiting`: lost, another try follows by itself. `ended`: signed out, or the page is older than the server. */
  link: 'connecting' | 'open' | 'waiting' | 'ended'
  transport: Transport['kind']
  /** The label of the instance at the other end. */
  instance: string | null
  /** The close code that ended it, or that keeps it waiting: `tooMany`. */
  endedBy: number | null
}

export interface ConnectionOptions {
  /** Where the WebSocket is: `ws://…/ws`. */
  socketAddress: string
  /** Where the same frames are as server-sent events, in a stream or by polls: `/api/live`. */
  eventsAddress: string
  /** Names this tab to the server. */
  tab: string
  /** What is followed now: named in the address of server-sent events, and watched for silence. */
  follows: () => Follow[]
  onFrame: (frame: ServerFrame) => void
  onStatus: (status: ConnectionStatus) => void
  /** Fetches what shows that this page is the server's own; null where nothing is needed. */
  prove: () => Promise<string | null>
  random?: () => number
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
