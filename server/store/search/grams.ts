import { foldText } from '../../base/index.ts'

/** Only this many code points of a word are looked up: a section of a long text repeats so many of the one before. */
export const maxWordLength = 64
/** More grams of a word would hardly exclude further texts. */
const maxGramsOfWord = 6

/** The code points of a text in its folded spelling. */
export function foldedCodes(text: string): Uint32Array {
  const plain = foldText(text)
  const codes = new Uint32Array(plain.length)
  let length = 0
  for (let at = 0; at < plain.length; at++) {
    const code = plain.codePointAt(at) ?? 0
    if (code > 0xffff) at++
    codes[length++] = code
  }
  return codes.subarray(0, length)
}

/** The most code points of a gram. Longer ones would exclude few further texts, and make the index larger. */
const maxGramLength = 4

/**
 * Spreads a gram over 32 bits. `before` is the number of the gram without its last code point, or 0. Two grams with the
 * same number only cause a text to be read in vain. The steps are those of MurmurHash3 (Austin Appleby, public domain).
 */
function numberOf(before: number, code: number): number {
  let hash = before ^ Math.imul(code + 1, 0x9e37_79b1)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
  return hash ^ (hash >>> 16)
}

/** Nobody searches for white space: it separates the words of a search. */
const isSpace = (code: number): boolean => code <= 0x20 || code === 0x20_28 || code === 0x20_29

/** Calls `visit` with each gram of two to four code points without white space. */
export function visitGrams(
  codes: Uint32Array,
  { from, to }: { from: number; to: number },
  visit: (gram: number) => void,
): void {
  for (let first = from; first < to; first++) {
    const end = Math.min(first + maxGramLength, to)
    for (let at = first, gram = 0; at < end && !isSpace(codes[at] ?? 0); at++) {
      gram = numberOf(gram, codes[at] ?? 0)
      if (at > first) visit(gram >>> 0)
    }
  }
}

/** The grams that every text with this word contains; none if the word has only one code point. */
export function gramsOfWord(word: string): number[] {
  const codes = foldedCodes(word).subarray(0, maxWordLength)
  if (codes.length < 2) return []
  const length = Math.min(codes.length, maxGramLength)
  const last = codes.length - length
  const steps = Math.min(last, maxGramsOfWord - 1)
  const grams = new Set<number>()
  for (let step = 0; step <= steps; step++) {
    const from = steps === 0 ? 0 : Math.round((step * last) / steps)
    grams.add(codes.subarray(from, from + length).reduce(numberOf, 0) >>> 0)
  }
  return [...grams]
}
