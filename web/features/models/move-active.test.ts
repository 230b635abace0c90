import { expect, test } from 'vitest'
import { moveActive } from './move-active.ts'

test.each([
  ['ArrowDown', -1, 0],
  ['ArrowDown', 0, 1],
  ['ArrowDown', 24, 0],
  ['ArrowUp', 1, 0],
  ['ArrowUp', 0, 24],
  ['ArrowUp', -1, 24],
  ['Home', 7, 0],
  ['End', 7, 24],
  ['PageDown', 7, 17],
  ['PageDown', 17, 24],
  ['PageUp', 17, 7],
  ['PageUp', 7, 0],
  ['ArrowLeft', 7, undefined],
  ['a', 7, undefined],
])('D8: %s moves from option %d to %s', (key, from, to) => {
  expect(moveActive(key, from, 25)).toBe(to)
})

test('D8: no key moves in an empty list', () => {
  expect(moveActive('ArrowDown', -1, 0)).toBeUndefined()
  expect(moveActive('End', -1, 0)).toBeUndefined()
})
