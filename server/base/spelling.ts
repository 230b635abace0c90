/**
 * How a search compares letters: it ignores case, full-width and other forms of a letter, and the encoding of accents.
 * The rule is the same for all databases: the searched word becomes a pattern of all its spellings, so that databases
 * compare stored text unchanged and their locale does not matter.
 */

/** Mathematical letters are left out: they are one more spelling per letter and style, and nobody searches for them. */
const mathematical = { from: 0x1d400, to: 0x1d7ff }
/** No letter above this code point has a case. */
const lastLetter = 0x1ffff

/** The form of one code point that is compared. */
function folded(letter: string): string {
  const plain = letter.normalize('NFKC')
  const upper = plain.toUpperCase()
  // Through upper case, so that both lower-case forms of sigma match. An upper case of two letters (ß) is not used.
  const lower = Array.from(upper).length === 1 ? upper.toLowerCase() : plain.toLowerCase()
  // The only letter whose lower case is two code points: capital I with a dot.
  return lower === 'i\u0307' ? 'i' : lower.normalize('NFC')
}

/** Folded code points by code point, filled as letters occur. */
const foldedCodes = new Map<number, string>()
const onlyAscii = /^[\0-\x7f]*$/

/**
 * The text in the one spelling in which texts are indexed: two texts that a search regards as the same have the same
 * folded text.
 */
export function foldText(text: string): string {
  if (onlyAscii.test(text)) return text.toLowerCase()
  let result = ''
  for (const letter of text.normalize('NFKC')) {
    const code = letter.codePointAt(0) ?? 0
    let plain = foldedCodes.get(code)
    if (plain === undefined) foldedCodes.set(code, (plain = folded(letter)))
    result += plain
  }
  return result
}

let spellings: Map<string, string[]> | undefined

/** The other spellings of each folded letter. */
function spellingsByLetter(): Map<string, string[]> {
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

/** A regular expression, for JavaScript (flag `u`) and PostgreSQL, that matches the words in any spelling. */
export function spellingPattern(words: string): string {
  const others = spellingsByLetter()
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
