import { createHash } from 'node:crypto'

/** Numbers in [0, 1) that a text decides: the same text, the same numbers. */
export function seededRandom(seed: string): () => number {
  let turn = 0
  return () => createHash('sha256').update(`${seed}\0${turn++}`).digest().readUInt32BE(0) / 2 ** 32
}
