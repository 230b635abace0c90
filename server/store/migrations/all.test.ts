import { expect, test } from 'vitest'
import { migrations } from './all.ts'
import { checksumOf } from './checksum.ts'

/** Checksums of released steps, which users' databases already have. A change has to be a new step. */
const released: Record<number, string> = {
  1: 'cf15acb760d92e9555fd373b9b6e9d5a2e813f594f68e0b9c7c1716800f9b54d',
}

test('O15: no released migration is changed', () => {
  const now = migrations.filter(({ number }) => released[number] !== undefined)
  expect(Object.fromEntries(now.map((step) => [step.number, checksumOf(step)]))).toEqual(released)
})

test('O15: the checksum of a step does not depend on its random values', () => {
  for (const step of migrations) expect(checksumOf(step)).toBe(checksumOf(step))
})
