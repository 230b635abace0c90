/** Where incarnations beat and see each other: Redis, or a hub in memory. Times are those of its own clock, ms. */
export interface BeatTable {
  /**
   * Writes the own entry, removes entries that are silent for a lease, lists the rest: one step. `facts` is sent when
   * it changed. Rejects when the table is away; the beat may then have counted or not.
   */
  beat(incarnation: string, facts: string | undefined): Promise<BeatAnswer>
  /** Removes the own entry. */
  leave(incarnation: string): Promise<void>
}

export type BeatAnswer =
  /** The table does not hold the own facts: beat again with them. Nothing was written. */
  | { kind: 'facts-needed' }
  | {
      kind: 'ok'
      now: number
      /** Changes when the table was restarted or replaced; empty when that cannot be known. */
      tableId: string
      /** The own entry was not there without a break since the last beat. */
      gap: boolean
      listed: ListedMember[]
    }

export interface ListedMember {
  incarnation: string
  beatAt: number
  /** JSON, from whatever version; undefined when missing. */
  facts: string | undefined
}
