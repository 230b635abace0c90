import { logTickMs } from '../coordination/run-log/log-writer.ts'

/** Limits and intervals of runs. Times are in milliseconds, lengths in UTF-16 units. */
export interface RunLimits {
  /** Text is gathered for this long before it is delivered; the first text of an answer is delivered at once. */
  gatherMs: number
  /** Replaces `gatherMs` for a run without a reader here: its text goes only to the log, which has its own interval. */
  gatherUnreadMs: number
  /** The interval between saves. One transaction saves all runs that have unsaved text. */
  saveEveryMs: number
  /** This much unsaved text triggers a save at once. */
  saveUnits: number
  /** This much unsaved text pauses reading from the provider. */
  pauseUnits: number
  answerUnits: number
  /** How many deaths of owners without progress, and how many deaths in all, end a run as interrupted (rule 13). */
  attempts: number
  deaths: number
  /** The maximum of concurrent takeovers on this instance. */
  takeovers: number
  leaseMs: number
  /** A run whose last save is younger is not claimed (rule 1). */
  graceMs: number
  /** How long a drain waits for the last text of a run to be saved. */
  releaseMs: number
}

export const defaultRunLimits: RunLimits = {
  gatherMs: 30,
  gatherUnreadMs: logTickMs,
  saveEveryMs: 2000,
  saveUnits: 4096,
  pauseUnits: 262_144,
  answerUnits: 4_000_000,
  attempts: 3,
  deaths: 10,
  takeovers: 16,
  leaseMs: 2500,
  graceMs: 1000,
  releaseMs: 3000,
}
