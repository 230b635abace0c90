import { expect, test } from 'vitest'
import { withoutFieldName } from './without-field-name.ts'

test.each([
  ['baseUrl must be valid.', 'baseUrl', 'Must be valid.'],
  ['The current password is wrong.', 'current', 'The current password is wrong.'],
  ['nameless is not a name.', 'name', 'nameless is not a name.'],
  ['A sentence.', undefined, 'A sentence.'],
])('D23: no name from the code is shown: %s', (message, field, shown) => {
  expect(withoutFieldName({ message, field })).toBe(shown)
})
