/** Why an epoch began. `first`: the store is new, or older than epochs are. */
export type EpochReason = 'first' | 'restored' | 'copied' | 'operator'

/** What the beginning of an epoch stopped. */
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
  /** What waits until an administrator confirms it. */
  unconfirmed: { apiKeys: number; jobs: number }
}

/**
 * A copy of the store does nothing by itself. In a new epoch unfinished answers end as interrupted, all sessions end, and
 * API keys and background jobs wait for an administrator: nothing is sent to a provider for them, and nothing that was
 * revoked after the copy was made becomes valid again.
 */
export interface Epochs {
  read(): Promise<EpochView>
  begin(reason: Exclude<EpochReason, 'first'>): Promise<EpochCounts>
  /** API keys and jobs work again; answers with how many. */
  confirm(): Promise<EpochView['unconfirmed']>
}
