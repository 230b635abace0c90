import { expect, test } from 'vitest'
import { markWords } from './mark-words.ts'

const marked = (text: string, ...words: string[]): string =>
  markWords(text, words)
    .map((part) => (part.marked ? `[${part.text}]` : part.text))
    .join('')

test('every occurrence of a word is marked, whatever its case', () => {
  expect(marked('Tides, über tides and ÜBER', 'tides', 'Über')).toBe('[Tides], [über] [tides] and [ÜBER]')
})

test('of words with the same beginning, the longest is marked; special characters are matched literally', () => {
  expect(marked('a+b a (c', 'a', 'a+b', '(c')).toBe('[a+b] [a] [(c]')
})

test('a text without matches is unmarked, and an empty text has no parts', () => {
  expect(marked('text', '')).toBe('text')
  expect(markWords('', ['a'])).toEqual([])
})
