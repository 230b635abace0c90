// Loaded into an instance before anything else (`node --import`): its wall clock is wrong by the number in the file that
// SHOAL_CLOCK_FILE names, as after a step by an operator or a bad time server. The monotonic clock is not touched.
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
