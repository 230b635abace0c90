/**
 * The outcome of one write. `late`: the caller gets no answer, and the request arrives when the test calls
 * `deliverLate`.
 */
export type Fate = 'arrives' | 'request-lost' | 'answer-lost' | 'late'

/** Decides the faults between one handle and the hub. Called for each write and each note. */
export interface LogFaults {
  write(): Fate
  /** False if this note is lost. */
  deliversNote(): boolean
}

export const noFaults: LogFaults = { write: () => 'arrives', deliversNote: () => true }

/** The share of writes or notes that each fault hits, from 0 to 1. */
export interface FaultRates {
  requestLost: number
  answerLost: number
  late: number
  noteLost: number
}

/** Faults that are reproducible by a seed, so that a failing test can be repeated. */
export function seededFaults(seed: number, rates: FaultRates): LogFaults {
  const random = mulberry32(seed)
  return {
    write() {
      const drawn = random()
      if (drawn < rates.requestLost) return 'request-lost'
      if (drawn < rates.requestLost + rates.answerLost) return 'answer-lost'
      if (drawn < rates.requestLost + rates.answerLost + rates.late) return 'late'
      return 'arrives'
    },
    deliversNote: () => random() >= rates.noteLost,
  }
}

/** A small generator of pseudo-random numbers (mulberry32, by Tommy Ettinger, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
