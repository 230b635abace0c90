import { expect, test } from 'vitest'
import { markWords } from './mark-words.ts'

const marked = (text: string, ...words: string[]): string =>
  markWords(text, words)
    .map((part) => (part.marked ? `[${part.text}]` : part.text))
    .join('')

test('every place where a word stands is marked, whatever its case', () => {
  expect(marked('Tides, über tides and ÜBER', 'tides', 'Über')).toBe('[Tides], [über] [tides] and [ÜBER]')
})

test('of words that begin alike the longest is marked; signs are taken as they are', () => {
  expect(marked('a+b a (c', 'a', 'a+b', '(c')).toBe('[a+b] [a] [(c]')
})

test('nothing to mark, nothing to show', () => {
  expect(marked('text', '')).toBe('text')
  expect(markWords('', ['a'])).toEqual([])
})
