import { checksumOf } from './checksum.ts'
import type { Migration } from './migration.ts'

/** An applied step as a database or a backup records it. */
export interface AppliedStep {
  number: number
  name: string
  /** Null: applied before checksums were recorded. */
  checksum: string | null
}

/** Reads a row of `schema_migration`, in which the column `checksum` may not exist yet. */
export function toAppliedStep({ number, name, checksum }: Record<string, unknown>): AppliedStep {
  return {
    number: Number(number),
    name: String(name),
    checksum: typeof checksum === 'string' ? checksum : null,
  }
}

/** The record of a step of this code. */
export const asAppliedStep = (step: Migration): AppliedStep => ({
  number: step.number,
  name: step.name,
  checksum: checksumOf(step),
})

/**
 * Describes the first applied step that differs from this code's step of the same number; undefined if there is none.
 */
export function describeForeignStep(
  applied: readonly AppliedStep[],
  migrations: readonly Migration[],
): string | undefined {
  for (const { number, name, checksum } of applied) {
    const mine = migrations.find((it) => it.number === number)
    if (!mine || checksum === null || checksum === checksumOf(mine)) continue
    return `its migration ${number} (${name}, ${short(checksum)}) is not the one of this version (${mine.name}, ${short(checksumOf(mine))})`
  }
  return undefined
}

const short = (checksum: string): string => checksum.slice(0, 8)
