import { expect, test } from 'vitest'
import { shortcutOf } from './shortcuts.ts'
import type { Shortcut } from './shortcuts.ts'

const none = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false }
const ctrl = { ...none, ctrlKey: true }
const shift = { ...none, shiftKey: true }
const meaning = (key: string, keys: typeof none, isTyping = false, mac = false): Shortcut | undefined =>
  shortcutOf({ key, ...keys }, { mac, isTyping })

test('D30: Ctrl-/ shows the shortcuts also while typing, and ? only otherwise', () => {
  expect(meaning('/', ctrl, true)).toBe('help')
  // A German keyboard: / is Shift and 7.
  expect(meaning('/', { ...ctrl, shiftKey: true }, true)).toBe('help')
  expect(meaning('?', shift)).toBe('help')
  expect(meaning('?', shift, true)).toBeUndefined()
  expect(meaning('/', none)).toBeUndefined()
})

test('the other shortcuts mean what the list of shortcuts says', () => {
  expect(meaning('k', ctrl)).toBe('find')
  expect(meaning('K', { ...ctrl, shiftKey: true })).toBeUndefined()
  expect(meaning('O', { ...ctrl, shiftKey: true })).toBe('new-chat')
  expect(meaning('M', { ...ctrl, shiftKey: true })).toBe('models')
  expect(meaning('S', { ...ctrl, shiftKey: true })).toBe('toggle-sidebar')
  expect(meaning('Escape', shift)).toBe('composer')
  expect(meaning('Escape', none)).toBeUndefined()
  expect(meaning('ArrowUp', { ...none, altKey: true })).toBe('previous-message')
  expect(meaning('ArrowDown', { ...none, altKey: true })).toBe('next-message')
  expect(meaning('ArrowDown', none)).toBeUndefined()
})

test('on a Mac the command key replaces Ctrl', () => {
  expect(meaning('k', { ...none, metaKey: true }, true, true)).toBe('find')
  expect(meaning('k', ctrl, true, true)).toBeUndefined()
})
