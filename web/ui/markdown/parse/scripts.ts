// Scripts that do not separate words from their particles with spaces, so a delimiter may touch a letter on both sides.

const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}ー々〆]/u
// CJK brackets and stops, their full-width forms, and the quotation marks and dashes that Chinese shares with Europe.
const wideMark =
  /[\u3001-\u3003\u3008-\u3011\u3014-\u301F\u30FB\uFE30-\uFE4F\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65‘’“”…—·]/u
const addressEnd =
  /[\u3001-\u3003\u3008-\u3011\u3014-\u301F\u30FB\uFE30-\uFE4F\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65‘’“”…]/u

/** Whether a text contains letters of a script that is written without spaces between words. */
export function hasUnspacedScript(text: string): boolean {
  return unspaced.test(text)
}

/** Whether a text begins with such a letter. */
export function startsUnspaced(text: string): boolean {
  const first = text.codePointAt(0)
  return first !== undefined && first > 0xdff && unspaced.test(String.fromCodePoint(first))
}

/** Whether a character is a punctuation mark of such a script. */
export function isWideMark(character: string): boolean {
  return wideMark.test(character)
}

/**
 * Returns how many characters of a bare web address belong to it. Chinese and Japanese write on directly after an
 * address: it ends before their punctuation, and its host ends before their letters.
 */
export function addressLength(address: string): number {
  const mark = addressEnd.exec(address)?.index ?? address.length
  const host = /^(?:[a-z]+:\/\/)?[^/?#]*/i.exec(address)?.[0] ?? ''
  const letter = unspaced.exec(host)?.index ?? address.length
  return Math.min(mark, letter)
}
