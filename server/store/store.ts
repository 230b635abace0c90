import { sentenceOf, Unavailable } from '../base/index.ts'
import type { Finding } from '../base/index.ts'
import type { Chats } from './contract/chats.ts'
import type { Connections } from './contract/connections.ts'
import type { Epochs } from './contract/epochs.ts'
import type { Installations, Instances, Jobs, Revisions, StoredSettings } from './contract/fleet.ts'
import type { Runs } from './contract/runs.ts'
import type { ApiKeys, Sessions } from './contract/sessions.ts'
import type { Users } from './contract/users.ts'
import type { TroubleKind } from './engine/store-troubles.ts'

/**
 * What survives. Every verb is one transaction, at most two round trips, and has a deadline (connect 2 s, statement
 * 5 s). A verb rejects with `StoreError`: `unavailable` (the outcome of a write is then unknown: read, rule 9), `full`
 * (the disk; nothing was written), or a bug. Times are epoch ms by the store's clock unless given; ids are text.
 */
export interface Store {
  readonly kind: 'sqlite' | 'postgres'
  users: Users
  sessions: Sessions
  apiKeys: ApiKeys
  connections: Connections
  chats: Chats
  runs: Runs
  instances: Instances
  revisions: Revisions
  installations: Installations
  epochs: Epochs
  jobs: Jobs
  settings: StoredSettings
  /** Epoch ms by the store's clock. */
  now(): Promise<number>
  /** For readiness: whether the store can be read and written. Writes nothing. */
  ping(): Promise<void>
  /** What works only in part though `ping` resolves: a full disk, refused connections. */
  degraded(): Promise<Finding[]>
  close(): Promise<void>
}

export class StoreError extends Unavailable {
  override name = 'StoreError'
  override readonly kind: 'unavailable' | 'full'
  readonly problem: string
  readonly cure: string
  /** It says that the store works only in part, until it is over. */
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
