import type { Shape } from './shapes.ts'

/** Delivers words from a provider to a reader: Shoal, or the bare program that it is compared with. */
export interface WordFeed {
  /** The processes whose CPU is measured. */
  pids(): number[]
  /** Starts this many answers of a shape, which are read from the first word on. */
  start(answers: number, shape: Shape): Promise<void>
  /** The number of words that have reached the reader so far. */
  words(): Promise<number>
  /** Resolves when all started answers have ended, with all their words. */
  ended(): Promise<void>
}
