import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../base/index.ts'
import { bytesFor, setBit } from './bitmap.ts'
import { foldedCodes, maxWordLength, visitGrams } from './grams.ts'
import { encodePage, maxSections, pageCount, pageOf, pairOf } from './postings.ts'

/** Code points of a section. */
const sectionLength = 2048
/** The event loop is blocked for at most about this long, ms. */
const sliceMs = 5

export interface IndexedText {
  id: string
  text: string
}

/**
 * The index of a block of texts. Texts are divided into sections: a long text has several, and several short texts share
 * one.
 */
export interface BuiltBlock {
  /** The ids of the texts of each section. */
  sections: string[][]
  /** Bit n is set: section n continues the text of section n − 1. */
  continues: Uint8Array
  /** Encoded pages by number, without empty ones. */
  pages: { page: number; postings: Uint8Array }[]
  /** The texts that the block contains: fewer than were given if it is full before. */
  count: number
}

/** Builds the index of as many of these texts as fit in one block. Lets other work run in between. */
export async function buildBlock(
  texts: readonly IndexedText[],
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<BuiltBlock> {
  const letOthersWork = createBreather(clock, signal)
  const sections = new Sections()
  let count = 0
  for (const { id, text } of texts) {
    if (!sections.add(id, foldedCodes(text))) break
    count++
    await letOthersWork()
  }
  const pages: BuiltBlock['pages'] = []
  for (const [page, pairs] of sections.pairs.entries()) {
    if (pairs.length > 0) {
      const sorted = Float64Array.from(pairs).sort()
      pages.push({ page, postings: encodePage(sorted, sections.ids.length) })
    }
    await letOthersWork()
  }
  return { sections: sections.ids, continues: sections.continues(), pages, count }
}

class Sections {
  readonly ids: string[][] = []
  /** The pairs of each page, in no order. */
  readonly pairs: number[][] = Array.from({ length: pageCount }, () => [])
  readonly #continuing = new Set<number>()
  readonly #distinct = new DistinctNumbers()
  #lengthOfLast = Infinity

  /** False, with nothing added, if there is no room for the text. */
  add(id: string, codes: Uint32Array): boolean {
    const needed = Math.max(1, Math.ceil(codes.length / sectionLength))
    if (this.ids.length > 0 && this.ids.length + needed > maxSections) return false
    if (this.#lengthOfLast + codes.length <= sectionLength) {
      this.ids.at(-1)?.push(id)
      this.#lengthOfLast += codes.length
      this.#index(codes, { from: 0, to: codes.length })
      return true
    }
    for (
      let from = 0, part = 0;
      part < needed && this.ids.length < maxSections;
      part++, from += sectionLength
    ) {
      if (part > 0) this.#continuing.add(this.ids.length)
      this.ids.push([id])
      this.#distinct.clear()
      // Repeats the beginning of the next section, so that each word is whole in one of them.
      this.#index(codes, { from, to: Math.min(from + sectionLength + maxWordLength, codes.length) })
    }
    this.#lengthOfLast = needed === 1 ? codes.length : Infinity
    return true
  }

  continues(): Uint8Array {
    const bits = new Uint8Array(bytesFor(this.ids.length))
    for (const section of this.#continuing) setBit(bits, section)
    return bits
  }

  #index(codes: Uint32Array, range: { from: number; to: number }): void {
    const section = this.ids.length - 1
    visitGrams(codes, range, (gram) => {
      if (this.#distinct.add(gram)) this.pairs[pageOf(gram)]?.push(pairOf(gram, section))
    })
  }
}

/** More than twice the grams of a section: each of its code points begins three. */
const slots = 16_384

/** A set of 32-bit numbers that is often cleared. */
class DistinctNumbers {
  readonly #numbers = new Uint32Array(slots)
  readonly #rounds = new Uint32Array(slots)
  #round = 1

  clear(): void {
    this.#round++
  }

  /** False if the number is in the set. */
  add(number: number): boolean {
    let slot = number & (slots - 1)
    while (this.#rounds[slot] === this.#round) {
      if (this.#numbers[slot] === number) return false
      slot = (slot + 1) & (slots - 1)
    }
    this.#rounds[slot] = this.#round
    this.#numbers[slot] = number
    return true
  }
}

/** Returns a function that lets other work run if the slice of time is over. */
function createBreather(clock: Clock, signal: AbortSignal): () => Promise<void> {
  let began = clock.monotonic()
  return async () => {
    if (clock.monotonic() - began < sliceMs) return
    await nextTurn()
    signal.throwIfAborted()
    began = clock.monotonic()
  }
}
