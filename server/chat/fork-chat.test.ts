import { expect, test } from 'vitest'
import { AppError } from '../../protocol/index.ts'
import type { Caller } from '../accounts/index.ts'
import type { ChatRow, MessageRow } from '../store/contract/chats.ts'
import type { RequestMeta } from '../use-case.ts'
import { createForkChat } from './fork-chat.ts'
import type { ForkChatPorts } from './fork-chat.ts'

type Fork = ForkChatPorts['chats']['fork']

const caller = { user: { id: 'ada' } } as Caller

function setUp(title: string, fork: (about: Parameters<Fork>[0]) => Awaited<ReturnType<Fork>>) {
  const events: unknown[] = []
  const forkChat = createForkChat({
    chats: {
      fork: async (about) => fork(about),
      get: async () => ({ title }) as ChatRow,
      message: async (id) => (id === 'known' ? ({ chatId: 'chat' } as MessageRow) : undefined),
    },
    events: { notify: (userId, event) => void events.push([userId, event]) },
  })
  const run = (id: string, body: { title?: string } = {}) =>
    forkChat(caller, { params: { id }, body }, {} as RequestMeta)
  return { run, events }
}

const forked = ({ chatId, title }: { chatId: string; title: string }): Awaited<ReturnType<Fork>> => {
  return { kind: 'forked', chat: { id: chatId, title, answeredAt: 0, readAt: 0 } as ChatRow }
}

test('a fork is named after its original, never beyond the limit of titles, and all tabs are notified', async () => {
  const { run, events } = setUp(`${'a'.repeat(191)}😀`, forked)
  const chat = await run('known')
  expect(chat.title).toBe(`Fork of ${'a'.repeat(191)}`)
  expect(events).toEqual([['ada', { name: 'chat.changed', chat }]])
  expect((await run('unknown', { title: 'Mine' })).title).toBe('Mine')
})

test('a fork of an unknown message is not found, and one of a running answer is refused with the reason', async () => {
  const { run, events } = setUp('A chat', () => undefined)
  await expect(run('unknown')).rejects.toMatchObject({ code: 'not_found' })
  await expect(run('known')).rejects.toMatchObject({ code: 'not_found' })
  const busy = setUp('A chat', () => ({ kind: 'branch-busy' })).run('known')
  await expect(busy).rejects.toBeInstanceOf(AppError)
  await expect(busy).rejects.toMatchObject({ code: 'branch_busy', message: /still being written/ })
  expect(events).toEqual([])
})
