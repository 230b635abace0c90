import { expect, test } from 'vitest'
import { firstField } from './initial-focus.ts'

const close = { localName: 'button', type: 'button' }
const list = { localName: 'select', type: 'select-one' }
const address = { localName: 'input', type: 'url' }
const text = { localName: 'textarea', type: 'textarea' }

test.each([
  ['the field after the close button', [close, address, text], address],
  ['the field after a list, whose selection typing would change', [close, list, address], address],
  ['a field of several lines', [close, text], text],
  ['the list, if there is no text field', [close, list], list],
  ['no button', [close], undefined],
])('D10: a dialog focuses %s', (_, candidates, expected) => {
  expect(firstField(candidates)).toBe(expected)
})

test('D10: fields that take no text are left out', () => {
  const email = { localName: 'input', type: 'email', readOnly: true }
  const hidden = { localName: 'input', type: 'hidden' }
  const off = { localName: 'input', type: 'text', disabled: true }
  const box = { localName: 'input', type: 'checkbox' }
  const password = { localName: 'input', type: 'password' }
  expect(firstField([hidden, email, off, box, password])).toBe(password)
})
