import { sentenceOf, Unavailable } from '../base/index.ts'
import type { Finding } from '../base/index.ts'
import type { Chats } from './contract/chats.ts'
import type { Connections } from './contract/connections.ts'
import type { Epochs } from './contract/epochs.ts'
import type { Folders } from './contract/folders.ts'
import type { Installations, Instances, Jobs, Revisions, StoredSettings } from './contract/fleet.ts'
import type { SearchIndex } from './contract/search-index.ts'
import type { Runs } from './contract/runs.ts'
import type { ApiKeys, Sessions } from './contract/sessions.ts'
import type { Users } from './contract/users.ts'
import type { TroubleKind } from './engine/store-troubles.ts'

/**
 * All permanent data. Every method is one transaction, takes at most two round trips, and has a deadline (2 s to
 * connect, 5 s for a statement). A method rejects with `StoreError` of the kind `unavailable` (it is then unknown
 * whether a write took effect: read it back, rule 9) or `full` (the disk is full; nothing was written); any other error
 * is a bug. Times are epoch ms by the store's clock unless the caller passes them; ids are text.
 */
export interface Store {
  readonly kind: 'sqlite' | 'postgres'
  users: Users
  sessions: Sessions
  apiKeys: ApiKeys
  connections: Connections
  chats: Chats
  folders: Folders
  searchIndex: SearchIndex
  runs: Runs
  instances: Instances
  revisions: Revisions
  installations: Installations
  epochs: Epochs
  jobs: Jobs
  settings: StoredSettings
  /** The current time by the store's clock, epoch ms. */
  now(): Promise<number>
  /** For readiness: rejects unless the store can be read and written. Writes nothing. */
  ping(): Promise<void>
  /** Problems that remain although `ping` resolves: a full disk, refused connections. */
  degraded(): Promise<Finding[]>
  close(): Promise<void>
}

export class StoreError extends Unavailable {
  override name = 'StoreError'
  override readonly kind: 'unavailable' | 'full'
  readonly problem: string
  readonly cure: string
  /** Set if this error shows that only part of the store works, until the trouble is over. */
  readonly trouble: TroubleKind | undefined

  constructor(
    kind: 'unavailable' | 'full',
    what: string | Pick<Finding, 'problem' | 'cure'>,
    cause?: unknown,
    trouble?: TroubleKind,
  ) {
    const { problem, cure } = typeof what === 'string' ? { problem: what, cure: '' } : what
    super(sentenceOf({ problem, cure }), { cause })
    this.problem = problem
    this.cure = cure
    this.kind = kind
    this.trouble = kind === 'full' ? 'writes' : trouble
  }
}
