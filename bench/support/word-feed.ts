import type { Shape } from './shapes.ts'

/** Something that brings words from a provider to a reader: Shoal, or the bare program that it is compared with. */
export interface WordFeed {
  /** Whose CPU counts. */
  pids(): number[]
  /** Starts so many answers of a shape, read from the first word on. */
  start(answers: number, shape: Shape): Promise<void>
  /** Words that have reached the reader since it was made. */
  words(): Promise<number>
  /** Resolves when every answer that was started has ended, with all its words. */
  ended(): Promise<void>
}
