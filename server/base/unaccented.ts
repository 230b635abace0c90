/**
 * How names are searched and sorted: without regard to case and accents, because few people type the accents of a
 * foreign name. Only the accents of Latin, Greek and Cyrillic letters are left out; marks of other scripts are letters.
 */

const marks = /[\u0300-\u036f]/g
const anyMarks = '[\u0300-\u036f]*'

/** Letters without a decomposition, and the letters that users type instead. */
const replaced: Partial<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ς: 'σ',
}

/** Pairs of letters that are also the spelling of one letter. */
const pairs: Partial<Record<string, string>> = { ss: 'ßẞ', ae: 'æÆäÄ', oe: 'œŒöÖ', ue: 'üÜ', th: 'þÞ' }

/** A text in lower case, without accents. */
export function unaccented(text: string): string {
  const plain = text.normalize('NFKD').replace(marks, '').toLowerCase().replace(marks, '').normalize('NFC')
  return Array.from(plain, (letter) => replaced[letter] ?? letter).join('')
}

/** No accented letter of the three scripts is above this code point. */
const lastLetter = 0x1fff
let variants: Map<string, string> | undefined

/** All letters that are the same letter without accents and case, in one text. */
function variantsOf(letter: string): string {
  if (!variants) {
    variants = new Map()
    for (let code = 0x41; code <= lastLetter; code++) {
      const one = String.fromCodePoint(code)
      const plain = unaccented(one)
      if (plain.length === 1 && /\p{L}/u.test(one)) variants.set(plain, (variants.get(plain) ?? '') + one)
    }
  }
  return variants.get(letter) ?? letter
}

const syntax = /[$()*+./?[\\\]^{|}]/g

function letterPattern(letter: string): string {
  const all = variantsOf(letter)
  return (all.length > 1 ? `[${all}]` : letter.replaceAll(syntax, '\\$&')) + anyMarks
}

/** A regular expression, for JavaScript (flag `u`) and PostgreSQL, that matches a word with and without its accents. */
export function unaccentedPattern(word: string): string {
  const letters = Array.from(word.normalize('NFKC').toLowerCase().normalize('NFC')).flatMap((letter) => {
    const plain = Array.from(unaccented(letter))
    // In German, “ä” may be written “ae”.
    return 'äöü'.includes(letter)
      ? [{ plain: plain[0] ?? letter, optionalE: true }]
      : plain.map((one) => ({ plain: one }))
  })
  let pattern = ''
  for (let at = 0; at < letters.length; at++) {
    const { plain, optionalE = false } = letters[at] as { plain: string; optionalE?: boolean }
    const next = letters[at + 1]?.plain ?? ''
    const asOne = optionalE ? undefined : pairs[plain + next]
    if (asOne === undefined) {
      pattern += letterPattern(plain) + (optionalE ? `(?:${letterPattern('e')})?` : '')
    } else {
      pattern += `(?:${letterPattern(plain)}${letterPattern(next)}|[${asOne}]${anyMarks})`
      at++
    }
  }
  return pattern
}

/** The accented small letters of Western and Central European names, and each one’s plain letter, for a sort in SQL. */
export function accentTable(): { accented: string; plain: string } {
  const letters = Array.from({ length: 0x180 - 0xe0 }, (_, n) => String.fromCodePoint(0xe0 + n)).filter(
    (letter) =>
      letter === letter.toLowerCase() && unaccented(letter).length === 1 && unaccented(letter) !== letter,
  )
  return { accented: letters.join(''), plain: letters.map(unaccented).join('') }
}
