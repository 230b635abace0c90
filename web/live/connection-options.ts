import type { ServerFrame } from '../../protocol/frames.ts'
import type { Follow } from './transport.ts'

export interface ConnectionStatus {
  /** `waiting`: lost, another try follows by itself. `ended`: signed out, or the page is older than the server. */
  link: 'connecting' | 'open' | 'waiting' | 'ended'
  transport: 'socket' | 'events'
  /** The label of the instance at the other end. */
  instance: string | null
  /** The close code that ended it, or that keeps it waiting: `tooMany`. */
  endedBy: number | null
}

export interface ConnectionOptions {
  /** Where the WebSocket is: `ws://…/ws`. */
  socketAddress: string
  /** Where the same frames are as server-sent events: `/api/live`. */
  eventsAddress: string
  /** Names this tab to the server. */
  tab: string
  /** What is followed now: named in the address of server-sent events, and watched for silence. */
  follows: () => Follow[]
  onFrame: (frame: ServerFrame) => void
  onStatus: (status: ConnectionStatus) => void
  random?: () => number
  /** Longest wait for `welcome`, ms. */
  welcomeMs?: number
  /** Longest silence while a run is followed, ms. */
  silenceMs?: number
  /** How long server-sent events serve before a WebSocket is tried beside them, ms. */
  probeMs?: number
  /** Longest pause between two tries, ms. */
  maxRetryMs?: number
}
