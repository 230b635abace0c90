import type { Row } from '../measure.ts'

/** A row with an absolute budget: `measured` and `max` have the same unit and are formatted by `write`. */
export function absoluteRow(
  name: string,
  what: string,
  {
    measured,
    max,
    write,
    note,
  }: { measured: number; max: number; write: (value: number) => string; note?: string },
): Row {
  return {
    name: `web/${name}`,
    what,
    measured: write(measured),
    bare: `max ${write(max)}`,
    ratio: measured / max,
    budget: 1,
    budgetText: `≤ ${write(max)}`,
    ...(note === undefined ? {} : { note }),
  }
}
