import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { Engine } from '../engine/engine.ts'

/** Length of an excerpt, and how much of it comes before the first word found; characters. */
export const excerptLength = 400
export const excerptLead = 100

/** SQL for where the excerpt around the first match begins, counted from 1. */
export function excerptStart(engine: Engine, word: string, text: RawBuilder<unknown>): RawBuilder<number> {
  return engine.greatest(sql`${engine.positionOfWords(word, text)} - ${sql.lit(excerptLead)}`, sql`1`)
}
