import { describe, expect, test } from 'vitest'
import type { ChatSummary, ChatView, MessageView } from '../../../../protocol/http/chats.ts'
import {
  chatsOf,
  messagesOfStart,
  newChat,
  withFetched,
  withMessages,
  withSummaries,
  withoutChats,
  withoutMessage,
} from './chat-cache.ts'
import type { ChatPages } from './chat-cache.ts'

const started = { chatId: 'c', userMessageId: 'q', messageId: 'a', runId: 'r' }
const messages = messagesOfStart(started, { model: 'm', text: 'hi', parentId: null }, 10)
const chat: ChatView = { ...newChat('c', 'hi', 'm', 10), messages, currentId: 'a' }
const answer = (patch: Partial<MessageView>): MessageView => ({ ...messages[1]!, ...patch })
const textOf = (view: ChatView, id: string): string | undefined =>
  view.messages.find((it) => it.id === id)?.text

describe('messages in the cache', () => {
  test('a start adds a question and a running answer, regenerating only the answer', () => {
    expect(messages.map((it) => [it.role, it.parentId, it.status])).toEqual([
      ['user', null, 'done'],
      ['assistant', 'q', 'running'],
    ])
    expect(messagesOfStart(started, { model: 'm', regenerateOf: 'a', parentId: 'q' }, 1)).toHaveLength(1)
  })

  test('messages that arrive twice are added once', () => {
    expect(withMessages(chat, messages, 'a').messages).toHaveLength(2)
  })

  test('an older state of the same run removes no text', () => {
    const ahead = withMessages(chat, [answer({ text: 'many words', fence: 5 })], 'a')
    expect(textOf(withMessages(ahead, [answer({ text: 'many', fence: 5 })], 'a'), 'a')).toBe('many words')
    expect(
      textOf(withMessages(ahead, [answer({ text: 'regenerated and longer', fence: 6 })], 'a'), 'a'),
    ).toBe('regenerated and longer')
  })

  test('an older, running state does not undo an end', () => {
    const ended = withMessages(chat, [answer({ text: 'all', status: 'done' })], 'a')
    expect(withMessages(ended, [answer({ text: 'all' })], 'a').messages[1]?.status).toBe('done')
  })

  test('a chat that was fetched before an end arrived does not undo that end', () => {
    const ended = withMessages(chat, [answer({ text: 'all', status: 'done' })], 'a')
    const merged = withFetched(ended, { ...chat, title: 'new title' })
    expect(merged.title).toBe('new title')
    expect(merged.messages[1]).toMatchObject({ status: 'done', text: 'all' })
    expect(withFetched(ended, { ...chat, messages: [] }).messages).toEqual([])
  })

  test('an end replaces the text even if it is shorter', () => {
    const ahead = withMessages(chat, [answer({ text: 'shown but never saved' })], 'a')
    expect(textOf(withMessages(ahead, [answer({ text: 'saved', status: 'stopped' })], 'a'), 'a')).toBe(
      'saved',
    )
  })

  test('deleting removes the descendants too, and shows the parent', () => {
    expect(withoutMessage(chat, 'a')).toMatchObject({ currentId: 'q', messages: [{ id: 'q' }] })
    expect(withoutMessage(chat, 'q')).toMatchObject({ currentId: null, messages: [] })
  })
})

describe('chats in lists', () => {
  const summary = (id: string, updatedAt: number): ChatSummary => {
    const { messages: _, currentId: __, ...rest } = { ...newChat(id, id, 'm', updatedAt) }
    return rest
  }
  const list: ChatPages = {
    pages: [
      { items: [summary('d', 40), summary('c', 30)], next: 'x' },
      { items: [summary('b', 20), summary('a', 10)], next: null },
    ],
    pageParams: [null, 'x'],
  }
  const ids = (pages: ChatPages): string[][] => pages.pages.map((page) => page.items.map((it) => it.id))

  test('activity moves a chat to the top', () => {
    expect(ids(withSummaries(list, [summary('a', 50)], {})).flat()).toEqual(['a', 'd', 'c', 'b'])
  })

  test('a new chat is shown at the top, but not in a filtered list', () => {
    expect(ids(withSummaries(list, [summary('new', 60)], {})).flat()[0]).toBe('new')
    expect(withSummaries(list, [summary('new', 60)], { q: 'old' })).toBe(list)
  })

  test('an archived chat leaves the list; a renamed one stays where it is', () => {
    expect(ids(withSummaries(list, [{ ...summary('c', 30), archived: true }], {})).flat()).toEqual([
      'd',
      'b',
      'a',
    ])
    const renamed = withSummaries(list, [{ ...summary('c', 30), title: 'other' }], {})
    expect(ids(renamed).flat()).toEqual(['d', 'c', 'b', 'a'])
    expect(renamed.pages.flatMap((page) => page.items).find((it) => it.id === 'c')?.title).toBe('other')
  })

  test('a chat that belongs to a page that is not loaded yet is not added', () => {
    const more = { ...list, pages: list.pages.map((page) => ({ ...page, next: 'more' })) }
    expect(withSummaries(more, [summary('ancient', 1)], {})).toBe(more)
    expect(
      ids(withSummaries(list, [summary('ancient', 1)], {}))
        .flat()
        .at(-1),
    ).toBe('ancient')
  })

  test('a chat that is pinned moves from the other chats to the pinned chats, in its place', () => {
    const pinned = { ...summary('c', 30), pinned: true }
    expect(ids(withSummaries(list, [pinned], { pinned: 'false' })).flat()).toEqual(['d', 'b', 'a'])
    const others: ChatPages = {
      pages: [{ items: [{ ...summary('x', 20), pinned: true }], next: null }],
      pageParams: [null],
    }
    expect(ids(withSummaries(others, [pinned], { pinned: 'true' })).flat()).toEqual(['c', 'x'])
  })

  test('an archived chat appears in the archive and in a search whose text its title contains', () => {
    const archived = { ...summary('Sea', 30), archived: true }
    const empty: ChatPages = { pages: [{ items: [], next: null }], pageParams: [null] }
    expect(ids(withSummaries(empty, [archived], { archived: 'true' }))).toEqual([['Sea']])
    expect(ids(withSummaries(empty, [archived], { archived: 'true', q: 'sea' }))).toEqual([['Sea']])
    expect(withSummaries(empty, [archived], { archived: 'true', q: 'moon' })).toBe(empty)
  })

  test('chats that do not match the filter, which an older server sends, are not shown', () => {
    expect(chatsOf(list, { pinned: 'true' })).toEqual([])
    expect(chatsOf(list, { pinned: 'false' })).toHaveLength(4)
  })

  test('a chat belongs to the list of its folder only, unless it is pinned', () => {
    const chat = { ...summary('c', 30), folder: 'Work' }
    expect(ids(withSummaries(list, [chat], { pinned: 'false', folder: '' })).flat()).toEqual(['d', 'b', 'a'])
    const empty: ChatPages = { pages: [{ items: [], next: null }], pageParams: [null] }
    expect(ids(withSummaries(empty, [chat], { pinned: 'false', folder: 'Work' }))).toEqual([['c']])
    expect(withSummaries(empty, [chat], { pinned: 'false', folder: 'Home' })).toBe(empty)
    expect(withSummaries(empty, [{ ...chat, pinned: true }], { pinned: 'false', folder: 'Work' })).toBe(empty)
  })

  test('several chats that change together keep their order, and those that leave the list leave it', () => {
    const changed = [summary('a', 50), { ...summary('c', 30), archived: true }, summary('new', 45)]
    expect(ids(withSummaries(list, changed, {})).flat()).toEqual(['a', 'new', 'd', 'b'])
  })

  test('a deleted chat leaves the list', () => {
    expect(ids(withoutChats(list, new Set(['b'])))).toEqual([['d', 'c'], ['a']])
  })
})
