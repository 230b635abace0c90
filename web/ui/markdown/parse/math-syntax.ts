import { hasUnspacedScript, startsUnspaced } from './scripts.ts'

/** A formula at the start of a text. `raw` is its source, including the delimiters. */
export interface FormulaMatch {
  raw: string
  tex: string
  display: boolean
}

const maxInline = 600
const maxDisplay = 4000

function enclosed(source: string, closer: string): FormulaMatch | undefined {
  const end = source.indexOf(closer, 2)
  if (end < 0 || end > maxDisplay) return undefined
  const tex = source.slice(2, end)
  if (tex.trim() === '') return undefined
  // A blank line ends a paragraph, and with it every construct that was opened there, but not between delimiters that
  // have lines of their own.
  if (/\n[ \t]*\n/.test(tex) && !/^[ \t]*\n[^]*\n[ \t]*$/.test(tex)) return undefined
  // "\[b\](c)" is an escaped link.
  if (closer === String.raw`\]` && !/^\s|[\\^_=+<>]/.test(tex)) return undefined
  return { raw: source.slice(0, end + closer.length), tex: tex.trim(), display: closer !== String.raw`\)` }
}

/** Matches `$…$` unless it may be money, a shell variable or a lone dollar: pandoc's rules, and one more for prose. */
function singleDollar(source: string, before: string): FormulaMatch | undefined {
  const first = source.charAt(1)
  if (first === '' || /[\s$]/.test(first)) return undefined
  for (let at = 1; at < source.length && at <= maxInline; at++) {
    const character = source.charAt(at)
    if (character === '\\') at++
    else if (character === '\n' && /^[ \t]*\n/.test(source.slice(at + 1))) return undefined
    else if (character === '`') return undefined
    else if (character === '$') {
      const tex = source.slice(1, at)
      const after = source.charAt(at + 1)
      if (/\s/.test(source.charAt(at - 1)) || (isWordOrDollar(after) && !startsUnspaced(after)))
        return undefined
      // "$5, or maybe 6$" begins with a number and contains a word that is not a command.
      if (/^\d/.test(tex) && /(?:^|[\s,])[A-Za-z]{3,}/.test(tex)) return undefined
      // "从$开始，到$结束": between dollars, words of a script without spaces are prose unless there is an operator.
      if (isProseBetweenDollars(tex, before, after)) return undefined
      return { raw: source.slice(0, at + 1), tex, display: false }
    }
  }
  return undefined
}

function isWordOrDollar(character: string): boolean {
  return /[\p{L}\p{N}$]/u.test(character)
}

function isProseBetweenDollars(tex: string, before: string, after: string): boolean {
  if (!hasUnspacedScript(tex) || /[\\^_=+<>]/.test(tex)) return false
  return /^\d/.test(tex) || startsUnspaced(before) || startsUnspaced(after)
}

/** Returns the length of `\ce{…}` or `\pu{…}` at the start of `source`, or 0. The braces inside have to match. */
function chemistryLength(source: string): number {
  if (!chemistryStart.test(source)) return 0
  let depth = 0
  for (let at = 3; at < source.length && at <= maxInline; at++) {
    const character = source.charAt(at)
    if (character === '\\') at++
    else if (character === '{') depth++
    else if (character === '\n' && /^[ \t]*\n/.test(source.slice(at + 1, at + 100))) return 0
    else if (character === '}' && --depth === 0) return at + 1
  }
  return 0
}

function chemistry(source: string): FormulaMatch | undefined {
  const raw = source.slice(0, chemistryLength(source))
  return raw === '' ? undefined : { raw, tex: raw, display: false }
}

/** Whether `source` begins with the command of a chemical formula, which models also write without dollars. */
export const chemistryStart = /^\\(?:ce|pu)\{/

/** Returns the formula at the start of `source`, or undefined. `before` is the character before it. */
export function matchFormula(source: string, before: string): FormulaMatch | undefined {
  if (source.startsWith(String.raw`\(`)) return enclosed(source, String.raw`\)`)
  if (source.startsWith(String.raw`\[`)) return enclosed(source, String.raw`\]`)
  if (source.startsWith('$$')) return enclosed(source, '$$')
  if (source.startsWith('\\')) return chemistry(source)
  if (!source.startsWith('$') || before === '\\') return undefined
  return isWordOrDollar(before) && !startsUnspaced(before) ? undefined : singleDollar(source, before)
}

/** Returns the next index from `from` on at which a formula may begin, or -1. */
export function nextFormulaStart(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    const code = source.charCodeAt(at)
    if (code === 36) return at
    if (code === 92) {
      const next = source.charCodeAt(at + 1)
      if (next === 40 || next === 91) return at
      if ((next === 99 || next === 112) && chemistryStart.test(source.slice(at, at + 4))) return at
      at++
    }
  }
  return -1
}

export function mayHoldFormula(source: string): boolean {
  return source.includes('$') || /\\(?:[([]|(?:ce|pu)\{)/.test(source)
}
