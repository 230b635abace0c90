import type { World } from './support/world.ts'

/** One row of the table: the cost of Shoal, the cost of the bare program in the same run, and the budget. */
export interface Row {
  name: string
  what: string
  measured: string
  /** The figure that `measured` is compared with, as text; empty if there is none. */
  bare: string
  /** `measured` divided by `bare`, or by the absolute budget if there is no bare program. */
  ratio: number
  /** The maximum of the ratio. */
  budget: number
  /** The budget as text, if it is not a plain ratio. */
  budgetText?: string
  /** Additional information for the reader of the table. */
  note?: string
}

/** A part of the bench that can be run separately by its name. */
export interface Measure {
  name: string
  about: string
  run(world: World): Promise<Row[]>
}

export function within({ ratio, budget }: Row): boolean {
  return ratio <= budget
}
