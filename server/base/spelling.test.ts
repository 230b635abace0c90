import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldText, spellingPattern } from './spelling.ts'

const finds = (word: string, text: string): boolean => new RegExp(spellingPattern(word), 'u').test(text)

test('B2: case does not matter in any script', () => {
  for (const [word, text] of [
    ['über', 'ÜBER'],
    ['ÜBER', 'das Über'],
    ['Привет', 'ПРИВЕТ, мир'],
    ['привет', 'Привет'],
    ['ΟΔΟΣ', 'η οδός οδος'],
    ['οδος', 'ΟΔΟΣ'],
    ['οδοσ', 'οδος'],
    ['istanbul', 'İSTANBUL'],
    ['ŁÓDŹ', 'łódź'],
    ['Ⴀ', 'ⴀ'],
    ['𐐀', '𐐨'],
    ['straße', 'STRAẞE'],
  ] as const) {
    expect([word, text, finds(word, text)]).toEqual([word, text, true])
    expect([word, finds(word, 'otherwise')]).toEqual([word, false])
  }
})

test('B2: the encoding of an accent and the width of a letter do not matter', () => {
  expect(finds('Café', 'cafe\u0301')).toBe(true)
  expect(finds('CAFE\u0301', 'café')).toBe(true)
  expect(finds('Å', 'a\u030A')).toBe(true)
  expect(finds('ABC', 'ａｂｃ')).toBe(true)
  expect(finds('ｱ', 'ア')).toBe(true)
})

test('special characters of regular expressions are matched literally', () => {
  for (const word of ['a.c', '100%', 'x*', '[b]', '(?:', '\\d', '^a$', 'a|b', '{1}', '#-&~', '***:x']) {
    expect([word, finds(word, `see ${word}!`)]).toEqual([word, true])
    expect([word, finds(word, 'abc 1 x')]).toEqual([word, false])
  }
})

test('texts are indexed in the spelling in which words are looked up', () => {
  for (const [word, text] of [
    ['ÜBER', 'das Über'],
    ['οδος', 'ΟΔΟΣ'],
    ['istanbul', 'İSTANBUL'],
    ['𐐀', '𐐨'],
    ['CAFE\u0301', 'ein Café'],
    ['ABC', 'ａｂｃ'],
    ['ｱ', 'ア'],
    ['straße', 'STRAẞE'],
    ['漢字', '日本の漢字'],
  ] as const) {
    expect([word, finds(word, text), foldText(text).includes(foldText(word))]).toEqual([word, true, true])
  }
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, word) => {
      fc.pre(finds(word, word.toUpperCase()))
      expect(foldText(`${before} ${word.toUpperCase()}`)).toContain(foldText(word))
    }),
  )
})
