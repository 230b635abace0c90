import { expect, test } from 'vitest'
import { stopsOn } from './stop-key.ts'

const escape = {
  key: 'Escape',
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  repeat: false,
  isComposing: false,
  defaultPrevented: false,
}
const nowhere = { isOpen: false, isOtherField: false }

test('D30: Escape stops the answer if nothing else is open', () => {
  expect(stopsOn(escape, nowhere)).toBe(true)
  expect(stopsOn({ ...escape, key: 'Enter' }, nowhere)).toBe(false)
})

test('D30: an Escape that closes, clears or cancels something else does not stop the answer', () => {
  expect(stopsOn(escape, { ...nowhere, isOpen: true })).toBe(false)
  expect(stopsOn(escape, { ...nowhere, isOtherField: true })).toBe(false)
  expect(stopsOn({ ...escape, isComposing: true }, nowhere)).toBe(false)
  expect(stopsOn({ ...escape, defaultPrevented: true }, nowhere)).toBe(false)
  // Shift and Escape go to the message field. A key that is held down closed something first.
  expect(stopsOn({ ...escape, shiftKey: true }, nowhere)).toBe(false)
  expect(stopsOn({ ...escape, repeat: true }, nowhere)).toBe(false)
})
