/**
 * The recent words of one run, so that other instances can show them and take the run over.
 *
 * Delivers: each entry to whoever reads; a note of each to whoever follows, though a note may be lost.
 * Orders: by (fence, seq). A lower fence is refused; a repeated seq changes nothing.
 * Survives: the death of any instance. Not a flush or a failover: then the answer is `lost`, and the owner opens anew.
 * When Redis is away: every verb answers `unavailable` within its deadline; the outcome of a write is then unknown.
 */
export interface RunLog {
  /** Raises the fence and keeps the words readable. Seq 0 of the fence. */
  seize(runId: string, fence: number): Promise<LogAnswer>
  /** Begins the log anew with a snapshot, in one step. */
  open(runId: string, at: EntryId, snapshot: Snapshot): Promise<LogAnswer>
  append(runId: string, at: EntryId, words: Words, options?: { refreshExpiry?: boolean }): Promise<LogAnswer>
  /** The entries after `after` (all without it). Empty means up to date, lost or behind: it proves nothing. */
  read(runId: string, after?: EntryId): Promise<LogEntry[] | 'unavailable'>
  follow(runId: string, listener: LogListener): LogSubscription
  /** The store holds the end: let the log expire in a minute. Never rejects. */
  retire(runId: string): Promise<void>
  close(): Promise<void>
}

export interface EntryId {
  fence: number
  seq: number
}

/** Every fence that a text descends from, with the length it began at; own fence last. */
export type Starts = [fence: number, length: number][]

export interface Snapshot {
  starts: Starts
  text: string
}

/** `at`: length of the run's text where these words begin. Lengths are UTF-16 units. */
export interface Words {
  at: number
  text: string
}

export type LogEntry = EntryId &
  (
    | { kind: 'snapshot'; snapshot: Snapshot }
    | { kind: 'words'; words: Words }
    | { kind: 'seized' }
    /** Written by a version that this one does not know: it is no source of text. */
    | { kind: 'unknown' }
  )

/** What followers hear: an entry, but of a snapshot only that it is there. */
export type LogNote = EntryId &
  ({ kind: 'words'; words: Words } | { kind: 'snapshot' | 'seized' | 'unknown' })

export interface LogListener {
  note(note: LogNote): void
  /** The subscription is new again: notes may have been missed. Read. */
  gap(): void
}

export interface LogSubscription {
  /** Resolves when notes will be heard from now on, or the link is known to be away (then `gap` follows on return). */
  readonly ready: Promise<void>
  close(): void
}

export type LogAnswer =
  /** `heard`: followers on the answering node; -1: notes are refused there (a missing right). */
  | { kind: 'ok'; heard: number }
  | { kind: 'repeat' }
  | { kind: 'gap'; last: number }
  | { kind: 'behind'; fence: number }
  | { kind: 'lost' }
  | { kind: 'fenced'; fence: number }
  | { kind: 'unavailable'; reason: string }
