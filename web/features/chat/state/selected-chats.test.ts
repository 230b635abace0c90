import { beforeEach, expect, test } from 'vitest'
import type { ChatSummary } from '../../../../protocol/http/chats.ts'
import { createQueryClient } from '../../../api/operation-query.ts'
import { applyUserEvent } from './apply-user-event.ts'
import {
  selectChats,
  stopSelecting,
  toggleSelected,
  selectionAnchor,
  selectedChats,
} from './selected-chats.ts'

const chat = (id: string, state: Partial<ChatSummary> = {}): ChatSummary =>
  ({ id, title: id, pinned: false, archived: false, folder: null, ...state }) as ChatSummary

beforeEach(() => stopSelecting())

test('a chat is selected and deselected, and ranges begin at the last one', () => {
  selectChats([chat('a'), chat('b')], 'a')
  toggleSelected(chat('b'))
  expect(selectedChats().map(({ id }) => id)).toEqual(['a'])
  expect(selectionAnchor()).toBe('b')
})

test('chats that another page archives or deletes leave the selection, others stay', () => {
  const queryClient = createQueryClient()
  selectChats([chat('a'), chat('b'), chat('c'), chat('d')])
  applyUserEvent(queryClient, {
    name: 'chats.changed',
    chats: [chat('a', { archived: true }), chat('b', { pinned: true })],
  })
  applyUserEvent(queryClient, { name: 'chat.deleted', chatId: 'c' })
  expect(selectedChats().map(({ id }) => id)).toEqual(['b', 'd'])
})
