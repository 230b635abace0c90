import { expect, test } from 'vitest'
import { leafAfterDeletion } from './deletion.ts'

const node = (id: string, parent_id: string | null) => ({ id, parent_id })

test('the newest leaf of the remaining branches below the parent is shown', () => {
  const rest = [node('q', null), node('a', 'q'), node('a2', 'q'), node('b', 'a2'), node('c', 'a2')]
  expect(leafAfterDeletion(rest, 'q')).toBe('c')
  expect(leafAfterDeletion(rest, 'a')).toBe('a')
})

test('without a parent, the newest leaf of another root is shown, or nothing', () => {
  expect(leafAfterDeletion([node('q', null), node('q2', null), node('a', 'q')], null)).toBe('q2')
  expect(leafAfterDeletion([], null)).toBeNull()
})
