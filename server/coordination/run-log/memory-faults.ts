/** What becomes of one write. `late`: the caller hears nothing, the request arrives when the hub is told to deliver it. */
export type Fate = 'arrives' | 'request-lost' | 'answer-lost' | 'late'

/** What goes wrong between one handle and the hub; asked anew for each write and each note. */
export interface LogFaults {
  write(): Fate
  /** False: this note is not heard. */
  hears(): boolean
}

export const noFaults: LogFaults = { write: () => 'arrives', hears: () => true }

/** Shares from 0 to 1. */
export interface FaultRates {
  requestLost: number
  answerLost: number
  late: number
  noteLost: number
}

/** Faults that a seed decides, so that a failing test can be run again. */
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
    hears: () => random() >= rates.noteLost,
  }
}

/** Tommy Ettinger's mulberry32: a small generator in the public domain, good enough to spread faults. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
