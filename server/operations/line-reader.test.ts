import { expect, test } from 'vitest'
import { createLineReader } from './admin-socket.ts'

test('returns the same lines however the bytes are split', () => {
  const bytes = Buffer.from('eins\nzwei ä 🐟\n\ndrei\nrest')
  for (let cut = 0; cut <= bytes.length; cut++) {
    const read = createLineReader(100)
    const lines = [...(read(bytes.subarray(0, cut)) ?? []), ...(read(bytes.subarray(cut)) ?? [])]
    expect(lines, `cut at ${cut}`).toEqual(['eins', 'zwei ä 🐟', 'drei'])
  }
})

test('returns undefined for a line that is too long, complete or not', () => {
  expect(createLineReader(3)('abc\n')).toEqual(['abc'])
  expect(createLineReader(3)('abcd\n')).toBeUndefined()
  expect(createLineReader(3)('abcd')).toBeUndefined()
})
