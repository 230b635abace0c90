import type { Engine } from '../engine/engine.ts'
import { hasBit } from './bitmap.ts'
import { gramsOfWord } from './grams.ts'
import { pageOf, sectionsIn } from './postings.ts'

export interface Block {
  id: number
  seq: number
  continues: Uint8Array
}

/** The complete blocks of a user with this number or a smaller one, the newest first. */
export async function listBlocks(
  engine: Engine,
  { userId, seq, limit }: { userId: string; seq: number; limit: number },
): Promise<Block[]> {
  const rows = await engine.run((db) =>
    db
      .selectFrom('search_block')
      .select(['id', 'seq', 'continues'])
      .where('user_id', '=', userId)
      .where('complete', '=', true)
      .where('seq', '<=', seq)
      .orderBy('seq', 'desc')
      .limit(limit)
      .execute(),
  )
  return rows.map(({ id, seq: number, continues }) => ({
    id,
    seq: number,
    continues: continues ?? new Uint8Array(),
  }))
}

/** Words that have grams; the others cannot be looked up in the index. */
export const wordsWithGrams = (words: readonly string[]): number[][] =>
  words.map(gramsOfWord).filter((grams) => grams.length > 0)

/**
 * The sections in which texts may contain all these words, by the id of their block; the newest section of a block
 * first. `words` are the grams of each word.
 */
export async function findSections(
  engine: Engine,
  blocks: readonly Block[],
  words: readonly number[][],
): Promise<Map<number, number[]>> {
  const pages = await readPages(engine, blocks, [...new Set(words.flat().map(pageOf))])
  const found = new Map<number, number[]>()
  for (const block of blocks) {
    const sections = sectionsWithAll(block, words, (gram) => {
      const page = pages.get(block.id)?.get(pageOf(gram))
      return page ? sectionsIn(page, gram) : []
    })
    if (sections.length > 0) found.set(block.id, sections.toReversed())
  }
  return found
}

async function readPages(
  engine: Engine,
  blocks: readonly Block[],
  numbers: number[],
): Promise<Map<number, Map<number, Uint8Array>>> {
  const rows = await engine.run((db) =>
    db
      .selectFrom('search_page')
      .select(['block', 'page', 'postings'])
      .where(
        'block',
        'in',
        blocks.map(({ id }) => id),
      )
      .where('page', 'in', numbers)
      .execute(),
  )
  const pages = new Map<number, Map<number, Uint8Array>>(blocks.map(({ id }) => [id, new Map()]))
  for (const { block, page, postings } of rows) pages.get(block)?.set(page, postings)
  return pages
}

function sectionsWithAll(
  block: Block,
  words: readonly number[][],
  sectionsOf: (gram: number) => number[],
): number[] {
  let all: number[] | undefined
  for (const grams of words) {
    const ofWord = intersection(grams, sectionsOf)
    // The words of a long text may be in several of its sections; its first section stands for it.
    const ofTexts = words.length === 1 ? ofWord : firstSections(ofWord, block.continues)
    all = all === undefined ? ofTexts : common(all, ofTexts)
    if (all.length === 0) return []
  }
  return all ?? []
}

function intersection(grams: readonly number[], sectionsOf: (gram: number) => number[]): number[] {
  let all: number[] | undefined
  for (const gram of grams) {
    const sections = sectionsOf(gram)
    all = all === undefined ? sections : common(all, sections)
    if (all.length === 0) return []
  }
  return all ?? []
}

function common(one: readonly number[], other: readonly number[]): number[] {
  const numbers = new Set(other)
  return one.filter((number) => numbers.has(number))
}

function firstSections(sections: readonly number[], continues: Uint8Array): number[] {
  const first: number[] = []
  for (const section of sections) {
    let at = section
    while (hasBit(continues, at)) at--
    if (first.at(-1) !== at) first.push(at)
  }
  return first
}
