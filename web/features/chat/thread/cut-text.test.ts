import { expect, test } from 'vitest'
import { cutText } from './cut-text.ts'

test('a text is cut at the limit with an ellipsis, without splitting a character or leaving a space', () => {
  expect(cutText('short', 5)).toBe('short')
  expect(cutText('longer', 5)).toBe('long…')
  expect(cutText('aaa bbb', 5)).toBe('aaa…')
  expect(cutText('aa😀😀', 4)).toBe('aa…')
})
