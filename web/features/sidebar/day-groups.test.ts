import { expect, test } from 'vitest'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { groupByDay } from './day-groups.ts'

const now = new Date(2026, 10, 24, 9, 30)
const at = (id: string, date: Date, pinned = false): ChatSummary =>
  ({ id, updatedAt: date.getTime(), pinned }) as ChatSummary

test('chats are grouped by the day of their last activity, pinned chats first, without empty groups', () => {
  const groups = groupByDay(
    [
      at('now', now),
      at('ahead', new Date(2026, 10, 25)),
      at('midnight', new Date(2026, 10, 24)),
      at('late', new Date(2026, 10, 23, 23, 59)),
      at('week', new Date(2026, 10, 17)),
      at('month', new Date(2026, 9, 26)),
      at('old', new Date(2020, 0, 1), true),
    ],
    now,
  )
  expect(groups.map(({ group, chats }) => [group, chats.map((it) => it.id)])).toEqual([
    ['pinned', ['old']],
    ['today', ['now', 'ahead', 'midnight']],
    ['yesterday', ['late']],
    ['week', ['week']],
    ['month', ['month']],
  ])
})

test('a day on which daylight saving starts is still one day', () => {
  // In time zones with daylight saving, 29 March 2026 has 23 hours.
  const groups = groupByDay([at('before', new Date(2026, 2, 28, 12))], new Date(2026, 2, 30, 0, 30))
  expect(groups[0]?.group).toBe('week')
})
