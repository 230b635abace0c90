import type { Row } from '../measure.ts'

/** A line whose budget is a figure and not a ratio: `measured` and `most` in the same unit, written by `write`. */
export function absoluteRow(
  name: string,
  what: string,
  {
    measured,
    most,
    write,
    note,
  }: { measured: number; most: number; write: (value: number) => string; note?: string },
): Row {
  return {
    name: `web/${name}`,
    what,
    measured: write(measured),
    bare: `most ${write(most)}`,
    ratio: measured / most,
    budget: 1,
    budgetText: `≤ ${write(most)}`,
    ...(note === undefined ? {} : { note }),
  }
}
