import type { Script } from '../../test/support/scripted-provider.ts'

/** The shapes of answers that are measured. */
export const shapes = {
  /** As fast as the socket takes them; the pause lets readers elsewhere be there before the first word. */
  full: { words: 2000, firstWordMs: 1000 },
  /** As a model writes. */
  paced: { words: 240, wordsPerSecond: 40, firstWordMs: 300 },
  /** Word by word, and enough of them for the compiler to be done. */
  warm: { words: 2000, wordsPerSecond: 400, firstWordMs: 300 },
  /** Long enough for a cost that grows with the length to show. */
  long: { words: 10_000, wordsPerSecond: 1000 },
  short: { words: 100 },
} satisfies Record<string, Script>

export type Shape = keyof typeof shapes
