import { expect, test } from 'vitest'
import type { ChatSummary } from '../../../../protocol/http/chats.ts'
import { inverseOf } from './change-chats.ts'

const chat = (id: string, state: Partial<ChatSummary> = {}): ChatSummary =>
  ({ id, pinned: false, archived: false, folder: null, ...state }) as ChatSummary

test('each chat returns to its own folder, and chats of one folder return together', () => {
  const before = [chat('a', { folder: 'Work' }), chat('b'), chat('c', { folder: 'Work', pinned: true })]
  expect(inverseOf({ folder: 'New' }, before)).toEqual([
    { ids: ['a', 'c'], change: { folder: 'Work' } },
    { ids: ['b'], change: { folder: null } },
  ])
})

test('a chat that was pinned before stays pinned, and deleted chats are restored', () => {
  expect(inverseOf({ pinned: true }, [chat('a', { pinned: true }), chat('b')])).toEqual([
    { ids: ['a'], change: { pinned: true } },
    { ids: ['b'], change: { pinned: false } },
  ])
  expect(inverseOf({ deleted: true }, [chat('a'), chat('b')])).toEqual([
    { ids: ['a', 'b'], change: { deleted: false } },
  ])
})
