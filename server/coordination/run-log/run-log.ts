/**
 * The logs of runs: the text of each running answer, so that other instances can show it and take the run over.
 *
 * Delivers: each entry to every reader, and a note of each entry to every follower. A note may be lost.
 * Orders: entries by (fence, seq). A write with a lower fence is refused; a repeated seq changes nothing.
 * Survives: the death of any instance. A flush or a failover of Redis may lose the log; the owner then receives `lost`
 * and reopens it.
 * When Redis is away: every operation returns `unavailable` within its deadline. It is then unknown whether a write
 * succeeded.
 */
export interface RunLog {
  /** Raises the fence of the log and keeps its text readable. The entry has seq 0. */
  seize(runId: string, fence: number): Promise<LogAnswer>
  /** Replaces the content of the log with one snapshot, atomically. */
  open(runId: string, at: EntryId, snapshot: Snapshot): Promise<LogAnswer>
  /** Adds text. `refreshExpiry` also extends the life of the log to its full length. */
  append(runId: string, at: EntryId, words: Words, options?: { refreshExpiry?: boolean }): Promise<LogAnswer>
  /**
   * The entries after `after`, or all entries. An empty list can mean that the reader is up to date, that the log is
   * lost, or that the log is behind the reader: it proves none of them.
   */
  read(runId: string, after?: EntryId): Promise<LogEntry[] | 'unavailable'>
  follow(runId: string, listener: LogListener): LogSubscription
  /** Lets the log expire in a minute, after the store has the end of the run. Never rejects. */
  retire(runId: string): Promise<void>
  close(): Promise<void>
}

export interface EntryId {
  fence: number
  seq: number
}

/** Every fence from which a text descends, with the length at which that fence began. The text's own fence is last. */
export type Starts = [fence: number, length: number][]

export interface Snapshot {
  starts: Starts
  text: string
}

/** A piece of text. `at` is the length of the run's text where it begins. Lengths are in UTF-16 units. */
export interface Words {
  at: number
  text: string
}

export type LogEntry = EntryId &
  (
    | { kind: 'snapshot'; snapshot: Snapshot }
    | { kind: 'words'; words: Words }
    | { kind: 'seized' }
    /** Written by a version that this version cannot read. It contributes no text. */
    | { kind: 'unknown' }
  )

/** What a follower receives: an entry, but for a snapshot only the fact that it exists. */
export type LogNote = EntryId &
  ({ kind: 'words'; words: Words } | { kind: 'snapshot' | 'seized' | 'unknown' })

export interface LogListener {
  note(note: LogNote): void
  /** The subscription was renewed and notes may have been missed: read the log. */
  gap(): void
}

export interface LogSubscription {
  /**
   * Resolves when the listener receives all later notes, or Redis is known to be unreachable (`gap` follows when it is
   * back).
   */
  readonly ready: Promise<void>
  close(): void
}

export type LogAnswer =
  /**
   * `followers`: the number of followers on the Redis node that replied; -1 if the Redis user has no right to publish
   * notes.
   */
  | { kind: 'ok'; followers: number }
  /** The log already has this seq, or a later one, of the fence. Nothing was written. */
  | { kind: 'repeat' }
  /** A seq is missing between `last` and the entry. Nothing was written. */
  | { kind: 'gap'; last: number }
  /** The log ends with an entry of this lower fence. Nothing was written. */
  | { kind: 'behind'; fence: number }
  /** There is no log. Nothing was written. */
  | { kind: 'lost' }
  /** The log has this higher fence. Nothing was written. */
  | { kind: 'fenced'; fence: number }
  /** It is unknown whether the write succeeded. */
  | { kind: 'unavailable'; reason: string }
