/**
 * A search reads all texts of a tail, so a tail must be short; a block costs a read of some pages in each search, so
 * blocks must be large. A tail with this many characters or messages is moved into a block.
 */
export const longTail = { characters: 2_000_000, messages: 10_000 }
