import { createHash } from 'node:crypto'

/** Pseudo-random numbers in [0, 1). The same seed gives the same numbers. */
export function seededRandom(seed: string): () => number {
  let turn = 0
  return () => createHash('sha256').update(`${seed}\0${turn++}`).digest().readUInt32BE(0) / 2 ** 32
}
