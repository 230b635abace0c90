import type { Script } from '../../test/support/scripted-provider.ts'

/** The shapes of the answers that the bench measures. */
export const shapes = {
  /** As fast as the socket accepts words; the pause lets readers on other instances connect before the first word. */
  full: { words: 2000, firstWordMs: 1000 },
  /** At the speed of a model. */
  paced: { words: 240, wordsPerSecond: 40, firstWordMs: 300 },
  /** As a team reads: answers of six seconds, one after the other. */
  team: { words: 240, wordsPerSecond: 40, firstWordMs: 300 },
  /** Word by word, and enough words for the JIT compiler to finish. */
  warm: { words: 2000, wordsPerSecond: 400, firstWordMs: 300 },
  /** Long enough to show a cost that grows with the length. */
  long: { words: 10_000, wordsPerSecond: 1000 },
  short: { words: 100 },
} satisfies Record<string, Script>

export type Shape = keyof typeof shapes
