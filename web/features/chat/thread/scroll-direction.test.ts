import { describe, expect, test } from 'vitest'
import { directionOfKey, directionOfWheel, isUpwardJump } from './scroll-direction.ts'

const key = (name: string, shiftKey = false): ReturnType<typeof directionOfKey> =>
  directionOfKey({ key: name, shiftKey })

test('D13: keys that scroll up are an upward input, Shift and the space bar too', () => {
  expect(['ArrowUp', 'PageUp', 'Home'].map((name) => key(name))).toEqual(['up', 'up', 'up'])
  expect(key(' ', true)).toBe('up')
  expect(['ArrowDown', 'PageDown', 'End', ' '].map((name) => key(name))).toEqual(Array(4).fill('down'))
  expect(['a', 'Enter', 'Tab'].map((name) => key(name))).toEqual([undefined, undefined, undefined])
})

test('D13: one notch of the wheel is an input, zooming and scrolling sideways are none', () => {
  expect(directionOfWheel({ deltaY: -100, ctrlKey: false })).toBe('up')
  expect(directionOfWheel({ deltaY: 1, ctrlKey: false })).toBe('down')
  expect(directionOfWheel({ deltaY: -100, ctrlKey: true })).toBeUndefined()
  expect(directionOfWheel({ deltaY: 0, ctrlKey: false })).toBeUndefined()
})

describe('D13: a position further up', () => {
  const from = { top: 2000, height: 3000 }
  const input = { isInput: true, visible: 600 }
  const none = { isInput: false, visible: 600 }

  test('is the user’s if there was an input, also while the text grows', () => {
    expect(isUpwardJump(from, { top: 1999, height: 3000 }, input)).toBe(true)
    expect(isUpwardJump(from, { top: 1900, height: 3040 }, input)).toBe(true)
  })

  test('is the user’s without an input only if it is a screen away', () => {
    expect(isUpwardJump(from, { top: 0, height: 3000 }, none)).toBe(true)
    // The message field was measured, which made the thread higher for a moment.
    expect(isUpwardJump(from, { top: 1700, height: 3000 }, none)).toBe(false)
  })

  test('is not the user’s if the text became shorter', () => {
    expect(isUpwardJump(from, { top: 1200, height: 2200 }, input)).toBe(false)
    expect(isUpwardJump(from, { top: 1200, height: 2200 }, none)).toBe(false)
  })

  test('is none if the position moved down', () => {
    expect(isUpwardJump(from, { top: 2040, height: 3040 }, input)).toBe(false)
  })
})
