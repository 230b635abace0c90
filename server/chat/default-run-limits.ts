import { logMomentsMs } from '../coordination/run-log/log-writer.ts'

/** What runs may cost and how patient they are. Milliseconds, UTF-16 units. */
export interface RunLimits {
  /** Words are gathered for this long before they are delivered; the first go at once. */
  gatherMs: number
  /** The same for a run that nobody reads here: its words go to the log, and come when the log is written. */
  gatherUnreadMs: number
  /** One transaction saves all dirty runs. */
  saveEveryMs: number
  /** This much unsaved text brings the save forward. */
  saveUnits: number
  /** This much unsaved text pauses the provider. */
  pauseUnits: number
  answerUnits: number
  /** Deaths of owners without progress, and deaths in all, that end a run as interrupted (rule 13). */
  attempts: number
  deaths: number
  /** Takeovers under way at once on this instance. */
  takeovers: number
  leaseMs: number
  /** A run whose last save is younger is not claimed (rule 1). */
  graceMs: number
  /** A drain waits this long for the store to take the last words of a run. */
  releaseMs: number
}

export const defaultRunLimits: RunLimits = {
  gatherMs: 30,
  gatherUnreadMs: logMomentsMs,
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
