export interface TextPart {
  text: string
  marked: boolean
}

/** Splits a text into parts that match one of the words (ignoring case) and the parts between them. */
export function markWords(text: string, words: readonly string[]): TextPart[] {
  const found = words.filter((word) => word !== '').toSorted((a, b) => b.length - a.length)
  if (found.length === 0) return text === '' ? [] : [{ text, marked: false }]
  const any = new RegExp(
    `(${found.map((word) => word.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')})`,
    'giu',
  )
  return text
    .split(any)
    .map((part, index) => ({ text: part, marked: index % 2 === 1 }))
    .filter((part) => part.text !== '')
}
