import { expect, test } from 'vitest'
import { placeInTexts, placesOfWords } from './found-words.ts'

test('D24: every searched word has its place, whatever its case', () => {
  expect(placesOfWords('Tides rise, tides fall', ['tides', 'FALL'])).toEqual([
    { start: 0, end: 5 },
    { start: 12, end: 17 },
    { start: 18, end: 22 },
  ])
  expect(placesOfWords('Tides', [])).toEqual([])
})

test('D24: a place in the joined text is found in the texts of the elements', () => {
  const texts = ['Ti', '', 'des']
  expect(placeInTexts(texts, 1)).toEqual({ text: 'Ti', offset: 1 })
  expect(placeInTexts(texts, 3)).toEqual({ text: 'des', offset: 1 })
  expect(placeInTexts(texts, 5)).toEqual({ text: 'des', offset: 3 })
  expect(placeInTexts(texts, 6)).toBeUndefined()
})
