import { expect, test } from 'vitest'
import { hasJustMoved, statusOf } from './status-of.ts'

test('D7: an interrupted connection is shown before the state of the answer, and its end after it', () => {
  expect(statusOf('reconnecting', 'moving', true)).toBe('reconnecting')
  expect(statusOf('restored', 'moving', false)).toBe('moving')
  expect(statusOf('restored', 'moved', true)).toBe('moved')
  expect(statusOf('restored', 'stalled', false)).toBe('delayed')
  expect(statusOf('restored', 'live', false)).toBe('restored')
  expect(statusOf(null, 'live', false)).toBeNull()
})

test('D7: an answer has moved if its server says so, or if it goes on after it was moving', () => {
  expect(hasJustMoved('moving', 'moved')).toBe(true)
  expect(hasJustMoved('live', 'moved')).toBe(true)
  expect(hasJustMoved('moving', 'live')).toBe(true)
  expect(hasJustMoved('moved', 'live')).toBe(false)
  expect(hasJustMoved('stalled', 'live')).toBe(false)
  expect(hasJustMoved('moved', 'moved')).toBe(false)
  // The answer left the screen.
  expect(hasJustMoved('moving', null)).toBe(false)
})
