import { expect, test } from 'vitest'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { chatsBetween } from './shown-chats.ts'

const shown = ['a', 'b', 'c', 'd'].map((id) => ({ id }) as ChatSummary)
const idsBetween = (from: string | undefined, to: string): string[] =>
  chatsBetween(shown, from, to).map(({ id }) => id)

test('a range goes down or up, and without a shown beginning it is one chat', () => {
  expect(idsBetween('b', 'd')).toEqual(['b', 'c', 'd'])
  expect(idsBetween('c', 'a')).toEqual(['a', 'b', 'c'])
  expect(idsBetween(undefined, 'c')).toEqual(['c'])
  expect(idsBetween('gone', 'c')).toEqual(['c'])
  expect(idsBetween('a', 'gone')).toEqual([])
})
