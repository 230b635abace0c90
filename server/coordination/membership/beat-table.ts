/**
 * The table of heartbeats in Redis or in memory, in which incarnations find each other. Its times are in ms of its own
 * clock.
 */
export interface BeatTable {
  /**
   * In one atomic step: writes the own entry, removes entries without a heartbeat for a lease, and lists the rest. The
   * caller passes `facts` when they changed. Rejects if the table is unreachable; it may have the heartbeat even then.
   */
  beat(incarnation: string, facts: string | undefined): Promise<BeatAnswer>
  /** Removes the own entry. */
  leave(incarnation: string): Promise<void>
}

export type BeatAnswer =
  /** The table does not have the own facts and wrote nothing: send the heartbeat again with the facts. */
  | { kind: 'facts-needed' }
  | {
      kind: 'ok'
      now: number
      /** Changes if the table was restarted or replaced; empty if Redis does not reveal that. */
      tableId: string
      /** True if the own entry did not exist without interruption since the last heartbeat. */
      gap: boolean
      listed: ListedMember[]
    }

export interface ListedMember {
  incarnation: string
  beatAt: number
  /** JSON, possibly from another version; undefined if missing. */
  facts: string | undefined
}
