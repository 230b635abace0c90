import { startingTag, unfinishedTag } from './inline-tags.ts'
import { chemistryStart, matchFormula } from './math-syntax.ts'
import { hasUnspacedScript, isWideMark, startsUnspaced } from './scripts.ts'

// An opening delimiter that is not closed after this many characters is shown as plain text.
const maxUnclosed = { link: 80, reference: 120, target: 2000, formula: 60, command: 300, emphasis: 600 }

interface Delimiter {
  character: string
  /** The closing tag, if the delimiter is a tag. */
  close?: string
  length: number
  at: number
}

interface Scan {
  text: string
  at: number
  open: Delimiter[]
}

/** Either the next position to scan, or how the shown text ends: cut at `cut` and followed by `add`. */
type Outcome = { next: number } | { cut: number; add: string }

// "$1/c", "$2x" and "$5 = " may become formulas, "$5 and" and "$5/month" are prices.
const mayBeFormula = /^\$(?:[^\s\d]|\d[\d.,]*(?:$| ?$| ?[=+^_\\<>{*-]|\/?[A-Za-z](?:$|[^A-Za-z])|\/(?:\d|$)))/
const punctuation = /[\p{P}\p{S}]/u
const word = /[\p{L}\p{N}]/u
const space = /\s/

function after(scan: Scan, length: number): string {
  return scan.text.charAt(scan.at + length)
}

function settleCode({ text, at }: Scan): Outcome {
  let length = 1
  while (text.charAt(at + length) === '`') length++
  const closed = closingBackticks(text, at + length, length)
  if (closed >= 0) return { next: closed }
  let end = text.length
  while (end > at + length && text.charAt(end - 1) === '`') end--
  return end === at + length ? { cut: at, add: '' } : { cut: end, add: '`'.repeat(length) }
}

function settleFormula({ text, at }: Scan): Outcome {
  const before = text.charAt(at - 1)
  const match = matchFormula(text.slice(at, at + 4100), before)
  if (match !== undefined) return { next: at + match.raw.length }
  const rest = text.length - at
  if (text.charAt(at) === '\\') return rest <= maxUnclosed.command ? { cut: at, add: '' } : { next: at + 2 }
  if (rest === 1) return { cut: at, add: '' }
  if (text.charAt(at + 1) === '$')
    return rest <= maxUnclosed.command ? { cut: at, add: '' } : { next: at + 2 }
  if (rest > maxUnclosed.formula || (word.test(before) && !startsUnspaced(before))) return { next: at + 1 }
  const tex = text.slice(at)
  const isProse = hasUnspacedScript(tex) && !/[\\^_=+<>]/.test(tex)
  return !isProse && mayBeFormula.test(tex) && !tex.includes('\n') && !tex.includes('$', 1)
    ? { cut: at, add: '' }
    : { next: at + 1 }
}

/** Returns the end of the inline code that begins at `at`, or the end of its opening backticks if it is not closed. */
function codeEnd(text: string, at: number): number {
  let length = 1
  while (text.charAt(at + length) === '`') length++
  const end = closingBackticks(text, at + length, length)
  return end < 0 ? at + length : end
}

/** Returns the end of the next `length` backticks from `from` on, no more and no fewer, or -1. */
function closingBackticks(text: string, from: number, length: number): number {
  const closer = '`'.repeat(length)
  for (let found = text.indexOf(closer, from); found >= 0;) {
    let end = found
    while (text.charAt(end) === '`') end++
    if (end - found === length) return end
    found = text.indexOf(closer, end)
  }
  return -1
}

/** Returns where the bracket opened at `at` is closed, or -1. Skips escaped characters and inline code. */
function closing(text: string, at: number, [opener, closer]: [string, string]): number {
  let depth = 0
  const end = Math.min(text.length, at + maxUnclosed.target)
  for (let here = at; here < end; here++) {
    const character = text.charAt(here)
    if (character === '\\') here++
    else if (character === '`' && opener === '[') here = codeEnd(text, here) - 1
    else if (character === opener) depth++
    else if (character === closer && --depth === 0) return here
  }
  return -1
}

function settleLink({ text, at }: Scan): Outcome {
  const image = text.charAt(at - 1) === '!'
  const from = image ? at - 1 : at
  const close = closing(text, at, ['[', ']'])
  const rest = text.length - at
  if (close < 0)
    return rest <= maxUnclosed.link && !text.includes('\n', at) ? { cut: from, add: '' } : { next: at + 1 }
  const next = text.charAt(close + 1)
  if (next === '') return rest <= maxUnclosed.reference ? { cut: from, add: '' } : { next: at + 1 }
  const isNote = text.charAt(at + 1) === '^'
  if (next === ':' && at === 0 && !isNote && !text.includes('\n', close)) return { cut: from, add: '' }
  if (next === '(') {
    const end = closing(text, close + 1, ['(', ')'])
    if (end >= 0) return { next: end + 1 }
    if (text.length - close > maxUnclosed.target || text.includes('\n', close)) return { next: close + 1 }
    // Show the text of the link before its target is known.
    return image ? { cut: from, add: '' } : { cut: close + 1, add: '(#)' }
  }
  if (next === '[') {
    const end = closing(text, close + 1, ['[', ']'])
    if (end >= 0) return { next: end + 1 }
    return rest <= maxUnclosed.reference ? { cut: from, add: '' } : { next: at + 1 }
  }
  return { next: at + 1 }
}

function closeFrom(open: Delimiter[], character: string, length: number): number {
  let left = length
  while (left > 0) {
    const top = open.findLast((entry) => entry.character === character)
    if (top === undefined) break
    const used = Math.min(left, top.length)
    top.length -= used
    left -= used
    if (top.length === 0) open.splice(open.indexOf(top))
  }
  return left
}

function settleEmphasis(scan: Scan): Outcome {
  const { text, at, open } = scan
  const character = text.charAt(at)
  let length = 1
  while (after(scan, length) === character) length++
  const before = text.charAt(at - 1)
  const next = after(scan, length)
  const closes = before !== '' && !space.test(before)
  if (next === '') {
    const top = open.findLast((entry) => entry.character === character)
    if (!closes || top === undefined || top.length > length) return { cut: at, add: '' }
    const left = closeFrom(open, character, length)
    return left > 0 ? { cut: at + length - left, add: '' } : { next: at + length }
  }
  // Letters that are written without spaces do not make a word of what is between them.
  const unspaced = startsUnspaced(before) || startsUnspaced(text.slice(at + length, at + length + 2))
  const inWord = word.test(before) && word.test(next) && !(unspaced && character !== '_')
  if (character === '_' && inWord) return { next: at + length }
  const left = closes ? closeFrom(open, character, length) : length
  const opens =
    !space.test(next) &&
    (!punctuation.test(next) ||
      before === '' ||
      space.test(before) ||
      punctuation.test(before) ||
      unspaced ||
      isWideMark(next))
  // "2*3" is a product unless a closing `*` follows.
  if (left > 0 && opens && !(inWord && left === 1)) open.push({ character, length: left, at })
  return { next: at + length }
}

function settleTag({ text, at, open }: Scan): Outcome {
  const rest = text.slice(at, at + maxUnclosed.target)
  if (unfinishedTag.test(rest) || /^<(?:h|ht|htt|https?|(?:https?:|mailto:)[^\s>]*)?$/.test(rest))
    return { cut: at, add: '' }
  const [tag = '', slash = '', name = ''] = startingTag.exec(rest) ?? []
  if (tag === '') return { next: at + 1 }
  const character = `<${name.toLowerCase()}>`
  const opener = open.findLastIndex((entry) => entry.character === character)
  if (slash === '') open.push({ character, close: `</${name}>`, length: tag.length, at })
  else if (opener >= 0) open.length = opener
  return { next: at + tag.length }
}

function settleAt(scan: Scan): Outcome {
  const { text, at } = scan
  switch (text.charAt(at)) {
    case '\\': {
      const next = after(scan, 1)
      if (next === '') return { cut: at, add: '' }
      if (next === '(' || next === '[' || chemistryStart.test(text.slice(at, at + 4)))
        return settleFormula(scan)
      return /^\\(?:ce?|pu?)$/.test(text.slice(at, at + 4)) ? { cut: at, add: '' } : { next: at + 2 }
    }
    case '`':
      return settleCode(scan)
    case '$':
      return settleFormula(scan)
    case '[':
      return settleLink(scan)
    case '*':
    case '_':
    case '~':
      return settleEmphasis(scan)
    case '<':
      return settleTag(scan)
    case '&':
      return /^&#?[0-9A-Za-z]{0,8}$/.test(text.slice(at, at + 12)) ? { cut: at, add: '' } : { next: at + 1 }
    default:
      return { next: at + 1 }
  }
}

const special = /[\\`$[*_~<&]/g

/**
 * Completes unfinished inline text, so that no incomplete markup is shown: an ambiguous end is hidden, and open markup
 * is closed.
 */
export function settleInline(text: string): string {
  const scan: Scan = { text, at: 0, open: [] }
  let end = text.length
  let add = ''
  for (;;) {
    special.lastIndex = scan.at
    const found = special.exec(text)
    if (found === null) break
    scan.at = found.index
    const outcome = settleAt(scan)
    if ('cut' in outcome) {
      end = outcome.cut
      add = outcome.add
      break
    }
    scan.at = outcome.next
  }
  let shown = text.slice(0, end) + add
  const open = scan.open.filter((entry) => entry.at < end && end - entry.at <= maxUnclosed.emphasis)
  // An opening delimiter without text after it is not shown, and a closing delimiter cannot follow a space.
  for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
    shown = shown.trimEnd()
    if (last.at + last.length < shown.length) break
    shown = shown.slice(0, last.at)
    open.pop()
  }
  return (
    shown +
    open
      .toReversed()
      .map((entry) => entry.close ?? entry.character.repeat(entry.length))
      .join('')
  )
}
