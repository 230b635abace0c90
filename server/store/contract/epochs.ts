/** Why an epoch began. `first`: the store is new, or was created before epochs existed. */
export type EpochReason = 'first' | 'restored' | 'copied' | 'operator'

/** How many of each the beginning of an epoch stopped. */
export interface EpochCounts {
  runs: number
  sessions: number
  apiKeys: number
  jobs: number
}

export interface EpochView {
  id: string
  begunAt: number
  reason: EpochReason
  /** What is suspended until an administrator confirms it. */
  unconfirmed: { apiKeys: number; jobs: number }
}

/**
 * A copy of the store starts inactive, in a new epoch: unfinished answers end as interrupted, all sessions end, and API
 * keys and background jobs wait for an administrator. So a copy sends nothing to a provider by itself, and access that
 * was revoked after the copy was made does not become valid again.
 */
export interface Epochs {
  read(): Promise<EpochView>
  begin(reason: Exclude<EpochReason, 'first'>): Promise<EpochCounts>
  /** Reactivates the suspended API keys and jobs; returns how many. */
  confirm(): Promise<EpochView['unconfirmed']>
}
