import type { UserEvent } from '../../protocol/index.ts'
import type { Caller, Credentials } from '../accounts/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { Chat } from '../chat/index.ts'
import type { Hub } from './hub.ts'

/** What sockets use of other layers. */
export interface RealtimePorts {
  chat: Pick<Chat, 'follow' | 'startRun' | 'stopRun'>
  events: { listen(userId: string, listener: UserEventListener): () => void }
  /**
   * Resolves with the caller, or rejects with an AppError. Needs no query for a session that this instance has seen.
   */
  authenticate: (credentials: Credentials) => Promise<Caller>
  hub: Hub
  /**
   * Whether the proof belongs to the session. Only Shoal's own page, or a client that is no browser, can read a proof.
   */
  provesOrigin: (sessionId: string, proof: string) => boolean
  /** The label of this instance. */
  instance: string
  version: string
  clock: Clock
  logger: Logger
  /** The maximum of runs that one socket may follow at once. */
  maxFollows: number
  /** Counts a page of the user on all instances, until the returned function is called; see `Presence`. */
  presence: { enter(userId: string, max: number | null): Promise<() => void> }
  /** The maximum of sockets and event streams that a user may have open; null: no limit. */
  socketsPerUser: () => number | null
}

export interface UserEventListener {
  event(event: UserEvent): void
  gap(): void
}
