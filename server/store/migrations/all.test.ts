import { expect, test } from 'vitest'
import { migrations } from './all.ts'
import { checksumOf } from './checksum.ts'

/** Databases of people have these. A step that must be different is a further step. */
const released: Record<number, string> = {
  1: 'cf15acb760d92e9555fd373b9b6e9d5a2e813f594f68e0b9c7c1716800f9b54d',
}

test('O15: no migration that was released is changed', () => {
  const now = migrations.filter(({ number }) => released[number] !== undefined)
  expect(Object.fromEntries(now.map((step) => [step.number, checksumOf(step)]))).toEqual(released)
})

test('O15: the checksum of a step is the same each time, whatever it draws at random', () => {
  for (const step of migrations) expect(checksumOf(step)).toBe(checksumOf(step))
})
