/** A formula at the start of a text. `raw` is its source, including the delimiters. */
export interface FormulaMatch {
  raw: string
  tex: string
  display: boolean
}

const maxInline = 600
const maxDisplay = 4000

function enclosed(source: string, closer: string, limit: number): FormulaMatch | undefined {
  const end = source.indexOf(closer, 2)
  if (end < 0 || end > limit) return undefined
  const tex = source.slice(2, end)
  // A blank line ends a paragraph, and with it every construct that was opened there.
  if (tex.trim() === '' || /\n[ \t]*\n/.test(tex)) return undefined
  // "\[b\](c)" is an escaped link.
  if (closer === String.raw`\]` && !/^\s|[\\^_=+<>]/.test(tex)) return undefined
  return { raw: source.slice(0, end + closer.length), tex: tex.trim(), display: closer !== String.raw`\)` }
}

/** Matches `$…$` unless it may be money, a shell variable or a lone dollar: pandoc's rules, and one more for prose. */
function singleDollar(source: string): FormulaMatch | undefined {
  const first = source.charAt(1)
  if (first === '' || /[\s$]/.test(first)) return undefined
  for (let at = 1; at < source.length && at <= maxInline; at++) {
    const character = source.charAt(at)
    if (character === '\\') at++
    else if (character === '\n' && /^[ \t]*\n/.test(source.slice(at + 1))) return undefined
    else if (character === '`') return undefined
    else if (character === '$') {
      const tex = source.slice(1, at)
      if (/\s/.test(source.charAt(at - 1)) || /[\p{L}\p{N}$]/u.test(source.charAt(at + 1))) return undefined
      // "$5, or maybe 6$" begins with a number and contains a word that is not a command.
      if (/^\d/.test(tex) && /(?:^|[\s,])[A-Za-z]{3,}/.test(tex)) return undefined
      return { raw: source.slice(0, at + 1), tex, display: false }
    }
  }
  return undefined
}

/** Returns the formula at the start of `source`, or undefined. `before` is the character before it. */
export function matchFormula(source: string, before: string): FormulaMatch | undefined {
  if (source.startsWith(String.raw`\(`)) return enclosed(source, String.raw`\)`, maxInline)
  if (source.startsWith(String.raw`\[`)) return enclosed(source, String.raw`\]`, maxDisplay)
  if (source.startsWith('$$')) return enclosed(source, '$$', maxDisplay)
  if (!source.startsWith('$') || /[\p{L}\p{N}$\\]/u.test(before)) return undefined
  return singleDollar(source)
}

/** Returns the next index from `from` on at which a formula may begin, or -1. */
export function nextFormulaStart(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    const code = source.charCodeAt(at)
    if (code === 36) return at
    if (code === 92) {
      const next = source.charCodeAt(at + 1)
      if (next === 40 || next === 91) return at
      at++
    }
  }
  return -1
}

export function mayHoldFormula(source: string): boolean {
  return source.includes('$') || source.includes(String.raw`\(`) || source.includes(String.raw`\[`)
}
