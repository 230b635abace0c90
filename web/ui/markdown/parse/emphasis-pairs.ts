import { hasUnspacedScript, isWideMark, startsUnspaced } from './scripts.ts'

/** Two delimiters that belong together; `length` is the length of each, and `close` the start of the closing one. */
export interface EmphasisPair {
  length: number
  close: number
}

/** The pairs of a text by the position of their opening delimiter. */
export type EmphasisPairs = ReadonlyMap<number, EmphasisPair>

interface Run {
  character: string
  at: number
  /** How many of the characters at each end are still free; an opener is used up from its end, a closer from its start. */
  left: number
  used: number
  length: number
  opens: boolean
  closes: boolean
}

const runs = /\*+|_+|~+/g
const punctuation = /[\p{P}\p{S}]/u
const space = /\s/

function characterBefore(text: string, at: number): string {
  const last = text.charAt(at - 1)
  return /[\uDC00-\uDFFF]/.test(last) ? text.slice(at - 2, at) : last
}

function isSpace(character: string): boolean {
  return character === '' || space.test(character)
}

/**
 * Whether a delimiter between `mark` and `other` may have both roles. CommonMark expects a space or punctuation on the
 * other side of a punctuation mark, but some scripts have no spaces there: `**注意：**请`.
 */
function touches(mark: string, other: string): boolean {
  return punctuation.test(mark) && !isSpace(other) && (startsUnspaced(other) || isWideMark(mark))
}

function runAt(text: string, at: number, length: number): Run {
  const character = text.charAt(at)
  const before = characterBefore(text, at)
  const after = String.fromCodePoint(text.codePointAt(at + length) ?? 32)
  const markBefore = punctuation.test(before)
  const markAfter = punctuation.test(after)
  const relaxedLeft = touches(after, before)
  const relaxedRight = touches(before, after)
  const leftFlanking = !isSpace(after) && (!markAfter || isSpace(before) || markBefore || relaxedLeft)
  const rightFlanking = !isSpace(before) && (!markBefore || isSpace(after) || markAfter || relaxedRight)
  const inWord = character === '_'
  const opens = leftFlanking && (!inWord || !rightFlanking || markBefore || relaxedLeft)
  const closes = rightFlanking && (!inWord || !leftFlanking || markAfter || relaxedRight)
  const fits = character !== '~' || length <= 2
  return { character, at, left: length, used: 0, length, opens: opens && fits, closes: closes && fits }
}

/** The rule of three of CommonMark; strikethrough needs the same length on both sides. */
function match(opener: Run, closer: Run): boolean {
  if (opener.character === '~') return opener.length === closer.length
  if (!opener.closes && !closer.opens) return true
  return (opener.length + closer.length) % 3 !== 0 || (opener.length % 3 === 0 && closer.length % 3 === 0)
}

/** The openers of one kind that no closer of this kind can match lie below this position of the stack. */
function kindOf(closer: Run): string {
  return `${closer.character}${closer.opens ? 'o' : 'c'}${closer.character === '~' ? closer.length : closer.length % 3}`
}

function closeRun(
  stack: Run[],
  closer: Run,
  bottoms: Map<string, number>,
  pairs: Map<number, EmphasisPair>,
): void {
  const kind = kindOf(closer)
  while (closer.left > 0) {
    const bottom = bottoms.get(kind) ?? 0
    let index = stack.length - 1
    for (; index >= bottom; index--) {
      const opener = stack[index]
      if (opener?.character === closer.character && match(opener, closer)) break
    }
    const opener = index < bottom ? undefined : stack[index]
    if (opener === undefined) {
      bottoms.set(kind, stack.length)
      return
    }
    const length = closer.character === '~' ? closer.length : opener.left >= 2 && closer.left >= 2 ? 2 : 1
    pairs.set(opener.at + opener.left - length, { length, close: closer.at + closer.used })
    opener.left -= length
    closer.left -= length
    closer.used += length
    stack.length = opener.left > 0 ? index + 1 : index
    for (const [other, height] of bottoms) bottoms.set(other, Math.min(height, stack.length))
  }
}

/**
 * Pairs the delimiters of emphasis and strikethrough as CommonMark does, but also beside letters and punctuation of
 * scripts that are written without spaces between words. `masked` is the text with code, links and escaped characters
 * replaced. Returns undefined if the text contains no such script, in which case the rules of CommonMark suffice.
 */
export function pairEmphasis(masked: string): EmphasisPairs | undefined {
  if (!hasUnspacedScript(masked)) return undefined
  const pairs = new Map<number, EmphasisPair>()
  const stack: Run[] = []
  const bottoms = new Map<string, number>()
  for (const found of masked.matchAll(runs)) {
    const run = runAt(masked, found.index, found[0].length)
    if (run.closes) closeRun(stack, run, bottoms, pairs)
    // The rest of a closer may open: its free characters begin after the used ones.
    if (run.opens && run.left > 0) stack.push({ ...run, at: run.at + run.used, used: 0 })
  }
  return pairs
}
