import type { Clock, Logger } from '../../base/index.ts'
import type { RunLog, Starts } from './run-log.ts'

/**
 * The owner's half of a run's log: gathers words, keeps one operation in flight, freezes what it has sent until the
 * answer is known (rule 5), opens the log anew on LOST, BEHIND, GAP and when Redis comes back, and says when a higher
 * fence was met. It holds the whole text, so Redis is never needed to go on.
 */
export interface LogWriter {
  /** The last seq the log acknowledged under this fence; 0 before the first. */
  readonly seq: number
  /** Adds words to the run's text; sent when the pace allows. Never waits. */
  write(text: string): void
  /** Somebody here or elsewhere follows (100 ms between appends) or nobody does (400 ms). Found out by `heard`; this says what is known locally. */
  setFollowed(followed: boolean): void
  /** Resolves when the log has all that was written, or is known to be away or closed; waits `ms` at most. */
  flush(ms: number): Promise<void>
  /** No more is sent. */
  close(): void
}

export interface LogWriterOptions {
  log: RunLog
  runId: string
  fence: number
  /** Own fence last. */
  starts: Starts
  /** The text it begins with. */
  text: string
  /** A higher fence holds the log: stop delivering and read the run again. Called once. */
  fenced: (fence: number) => void
  clock: Clock
  logger: Logger
}
