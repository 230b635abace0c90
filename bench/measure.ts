import type { World } from './support/world.ts'

/** One line of the table: what Shoal took, what the bare limit beside it took in the same run, and the budget. */
export interface Row {
  name: string
  what: string
  measured: string
  /** What it is compared with; empty for an absolute budget. */
  bare: string
  /** Measured by bare, or measured by budget where there is nothing bare. */
  ratio: number
  /** The most the ratio may be. */
  budget: number
  /** The budget in words, where it is not a plain ratio. */
  budgetText?: string
  /** What a reader of the table should know besides. */
  note?: string
}

/** A part of the bench that can be run alone by its name. */
export interface Measure {
  name: string
  about: string
  run(world: World): Promise<Row[]>
}

export function within({ ratio, budget }: Row): boolean {
  return ratio <= budget
}
