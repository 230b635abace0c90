// This module is loaded into an instance before all other code (`node --import`). It shifts the wall clock by the
// number of milliseconds in the file SHOAL_CLOCK_FILE, as an operator or a bad time server might. The monotonic clock is
// unchanged.
import { readFileSync } from 'node:fs'

const file = process.env['SHOAL_CLOCK_FILE'] ?? ''
const RealDate = Date
let offset = 0

setInterval(() => {
  offset = Number(readFileSync(file, 'utf8')) || 0
}, 50).unref()

class SteppedDate extends RealDate {
  constructor(...given: [] | [number | string | Date]) {
    if (given.length === 0) super(RealDate.now() + offset)
    else super(...given)
  }

  static override now(): number {
    return RealDate.now() + offset
  }
}

globalThis.Date = SteppedDate as DateConstructor
