import type { UserEvent, UserView } from '../../protocol/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Chat } from '../chat/index.ts'
import type { Hub } from './hub.ts'

/** What a connection may ask of the rest of the house. */
export interface RealtimePorts {
  chat: Pick<Chat, 'follow' | 'startRun' | 'stopRun'>
  events: { listen(userId: string, listener: UserEventListener): () => void }
  /** Who that is, or an AppError. In memory for a session this instance has seen. */
  authenticate: (credentials: Credentials, peer: Peer) => Promise<Authenticated>
  hub: Hub
  /** Whether whoever shows this could read an answer to a request of the session: a page of ours, or no browser. */
  provesOrigin: (sessionId: string, proof: string) => boolean
  /** The label of this instance. */
  instance: string
  version: string
  clock: Clock
  logger: Logger
  /** Runs that one connection may follow at once. */
  mostFollows: number
  /** Counts a page of the user, on all instances, until it is left; see `Presence`. */
  presence: { enter(userId: string, most: number | null): Promise<() => void> }
  /** Sockets and event streams that a user may have open; null: any number. */
  socketsPerUser: () => number | null
}

export interface UserEventListener {
  event(event: UserEvent): void
  gap(): void
}

/** The `Cookie` header, or a token or API key that was given in its place. */
export interface Credentials {
  cookies?: string
  bearer?: string
}

export interface Peer {
  address: string
  /** Hops that forwarded the request and that nobody has vouched for: they may have made the address up. */
  unproven: readonly string[]
  userAgent: string
  secure: boolean
}

export interface Authenticated {
  user: UserView
  sessionId: string | null
  /** When the session or key ends by itself, epoch ms; null: never. */
  expiresAt: number | null
}
