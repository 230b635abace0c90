import type { RunLog, Starts } from './run-log.ts'
import type { Clock, Logger } from '../../base/index.ts'

/** A text and where it comes from: a log, or the stored parts. */
export interface Source {
  fence: number
  seq: number
  starts: Starts
  text: string
}

/** What a follower of a run is told. */
export type ReaderEvent =
  /** Words that begin at `at`; `at` is always the length of the text so far. */
  | { kind: 'words'; at: number; text: string; fence: number; seq: number }
  /** Cut to `keep`, then add `text`. A reset where keep is 0 and the fence is no descendant. */
  | { kind: 'rewind' | 'reset'; keep: number; text: string; source: Source }
  /** The owner died and another has seized the log. */
  | { kind: 'moving' }
  /** Nothing has been heard for 5 s, or there was a gap or a death: the row should be read. Not sent more than once a second. */
  | { kind: 'ask-store' }

/**
 * The reader's half: subscribe, read, merge; holes are read again; another fence is caught up with from the whole log.
 * Rules 1 to 9 of the reader, in reference/run-log.md, hold whatever notes are lost, repeated or late.
 */
export interface LogReader {
  readonly source: Source
  /** Text from elsewhere (the stored parts): a source like any other. */
  offer(source: Source): void
  close(): void
}

export interface LogReaderOptions {
  log: RunLog
  runId: string
  /** What the follower has already; fence 0 and no text for a new one. */
  from: Source
  event: (event: ReaderEvent) => void
  clock: Clock
  logger: Logger
}
