import type { UserEvent } from '../../protocol/index.ts'
import type { Caller, Credentials } from '../accounts/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Chat } from '../chat/index.ts'
import type { Hub } from './hub.ts'

/** What a socket may ask of other layers. */
export interface RealtimePorts {
  chat: Pick<Chat, 'follow' | 'startRun' | 'stopRun'>
  events: { listen(userId: string, listener: UserEventListener): () => void }
  /** Who that is, or an AppError. In memory for a session this instance has seen. */
  authenticate: (credentials: Credentials) => Promise<Caller>
  hub: Hub
  /** Whether whoever shows this could read an answer to a request of the session: a page of ours, or no browser. */
  provesOrigin: (sessionId: string, proof: string) => boolean
  /** The label of this instance. */
  instance: string
  version: string
  clock: Clock
  logger: Logger
  /** Runs that one socket may follow at once. */
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
