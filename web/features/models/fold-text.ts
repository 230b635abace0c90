const ligatures: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ı: 'i' }

/**
 * Folds text for comparing names: lower case, without accents, and with one space for any punctuation or white space.
 * `Qwen3-7B` and `qwen3 7b` fold to the same text.
 */
export function foldText(text: string): string {
  return text
    .toLowerCase()
    .replace(/[ßæœøłđı]/g, (letter) => ligatures[letter] ?? letter)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[\s\p{P}\p{S}]+/gu, ' ')
    .trim()
}
