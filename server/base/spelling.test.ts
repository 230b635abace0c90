import { expect, test } from 'vitest'
import { spellingPattern } from './spelling.ts'

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
