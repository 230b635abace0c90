/**
 * How a search compares letters: without case, full-width or other forms of a letter, and however an accent is encoded.
 * One rule for all databases and both sides: the word that is looked for becomes a pattern of every way to write it, so
 * that a database compares texts as they are and its locale does not matter.
 */

/** Letters of mathematics: one more spelling for each Latin and Greek letter and style, which nobody searches for. */
const mathematical = { from: 0x1d400, to: 0x1d7ff }
/** Beyond it no letter has a case. */
const lastLetter = 0x1ffff

/** One code point as it is compared. */
function folded(letter: string): string {
  const plain = letter.normalize('NFKC')
  const upper = plain.toUpperCase()
  // By way of the capital, so that both forms of a sigma are one. A capital of two letters (ß) says nothing.
  const lower = Array.from(upper).length === 1 ? upper.toLowerCase() : plain.toLowerCase()
  // The only letter whose small form is two: the capital i with a dot.
  return lower === 'i\u0307' ? 'i' : lower.normalize('NFC')
}

let spellings: Map<string, string[]> | undefined

/** The other ways to write each folded letter. */
function spellingsOf(): Map<string, string[]> {
  if (spellings) return spellings
  spellings = new Map()
  for (let code = 0x41; code <= lastLetter; code++) {
    if (code === 0xd800) code = 0xe000
    if (code === mathematical.from) code = mathematical.to + 1
    const letter = String.fromCodePoint(code)
    const to = folded(letter)
    if (to === letter || Array.from(to).length !== 1) continue
    const known = spellings.get(to)
    if (known) known.push(letter)
    else spellings.set(to, [letter])
  }
  return spellings
}

const syntax = /[$()*+./?[\\\]^{|}]/g

/** A regular expression, for JavaScript (flag `u`) and PostgreSQL, that finds the words in any spelling. */
export function spellingPattern(words: string): string {
  const others = spellingsOf()
  return Array.from(words.normalize('NFKC'))
    .map((letter) => {
      const plain = Array.from(letter, folded).join('')
      const all = [plain, ...(others.get(plain) ?? [])]
      const decomposed = all.map((one) => one.normalize('NFD')).filter((one) => Array.from(one).length > 1)
      const forms = [...new Set([...all, ...decomposed])].map((one) => one.replaceAll(syntax, '\\$&'))
      return forms.length === 1 ? forms[0] : `(?:${forms.join('|')})`
    })
    .join('')
}
