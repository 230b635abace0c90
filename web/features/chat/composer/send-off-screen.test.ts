import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { UserEvent } from '../../../../protocol/frames.ts'
import type { ChatView } from '../../../../protocol/http/chats.ts'
import { ApiError } from '../../../api/api-error.ts'
import { createQueryClient } from '../../../api/operation-query.ts'
import type { ChatActions } from '../state/chat-actions.ts'
import { messagesOfStart, newChat } from '../state/chat-cache.ts'
import { chatKey } from '../state/chat-query.ts'
import { queueOf, setQueue } from './queued-messages.ts'
import { sendOffScreen } from './send-off-screen.ts'

const run = { chatId: 'c', userMessageId: 'q', messageId: 'a', runId: 'r' }

/** A chat with one answer, which has this status. */
function chatWith(status: ChatView['messages'][number]['status']): ChatView {
  const messages = messagesOfStart(run, { text: 'First', model: 'm', parentId: null }, 10)
  return {
    ...newChat('c', 'First', 'm', 10),
    messages: messages.map((it) => (it.role === 'assistant' ? { ...it, status } : it)),
    currentId: 'a',
  }
}

let server: Server
let stored: ChatView
let reads: number
/** Called while the server answers a request for the chat. */
let whileRead: () => void
let shown: string | null
let queryClient: ReturnType<typeof createQueryClient>
let stop: () => void
const gaps = new Set<() => void>()
const events = new Set<(event: UserEvent) => void>()
const send = vi.fn<ChatActions['send']>()

beforeEach(async () => {
  stored = chatWith('running')
  reads = 0
  whileRead = () => undefined
  shown = null
  vi.stubGlobal('localStorage', {})
  server = createServer((_, response) => {
    whileRead()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(stored), () => reads++)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const real = fetch
  // Outside a page, `fetch` needs absolute addresses.
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => real(`http://127.0.0.1:${port}${path}`, init))
  queryClient = createQueryClient()
  queryClient.setQueryData(chatKey('c'), chatWith('running'))
  send.mockReset().mockResolvedValue(run)
  setQueue('c', [
    { id: 'one', text: 'Second', model: 'm' },
    { id: 'two', text: 'Third', model: 'm' },
  ])
  stop = sendOffScreen({
    live: {
      onGap: (listener) => (gaps.add(listener), () => gaps.delete(listener)),
      onEvent: (listener) => (events.add(listener), () => events.delete(listener)),
    },
    actions: { send } as unknown as ChatActions,
    queryClient,
    isShown: (chatId) => chatId === shown,
  })
})

afterEach(() => {
  stop()
  setQueue('c', [])
  queryClient.clear()
  server.close()
  server.closeAllConnections()
  vi.unstubAllGlobals()
})

const gap = (): void => gaps.forEach((listener) => listener())
const ended = (status: 'done' | 'stopped'): void =>
  events.forEach((listener) =>
    listener({ name: 'run.ended', chatId: 'c', messageId: 'a', runId: 'r', status }),
  )
const queued = (): string[] => queueOf('c').map(({ id }) => id)
/** Waits until the chat was read `times` times and the code that depends on the result has run. */
async function isRead(times: number): Promise<void> {
  await expect.poll(() => reads).toBe(times)
  await expect.poll(() => queryClient.isFetching()).toBe(0)
  await new Promise((resolve) => setImmediate(resolve))
}

describe('a queued message of a chat that is not on the screen', () => {
  test('is sent when the server reports the end of the previous answer', async () => {
    ended('done')
    await expect.poll(queued).toEqual(['two'])
    expect(send.mock.calls).toEqual([['c', { parentId: 'a', text: 'Second', model: 'm' }, 'one']])
  })

  test('waits for the user if that answer was stopped', async () => {
    ended('stopped')
    stored = chatWith('stopped')
    gap()
    await isRead(1)
    expect(send).not.toHaveBeenCalled()
  })

  test('A9: is sent after a gap in which the answer ended', async () => {
    stored = chatWith('done')
    gap()
    await expect.poll(queued).toEqual(['two'])
    expect(send.mock.calls).toEqual([['c', { parentId: 'a', text: 'Second', model: 'm' }, 'one']])
  })

  test('keeps waiting after a gap in which the answer did not end', async () => {
    gap()
    await isRead(1)
    expect(send).not.toHaveBeenCalled()
    ended('done')
    await expect.poll(queued).toEqual(['two'])
  })

  test('is not sent here if its chat is on the screen', async () => {
    stored = chatWith('done')
    shown = 'c'
    gap()
    ended('done')
    shown = null
    whileRead = () => (shown = 'c')
    gap()
    await isRead(1)
    expect(send).not.toHaveBeenCalled()
  })

  test('is not sent if another tab has sent the message before it meanwhile', async () => {
    stored = chatWith('done')
    whileRead = () => setQueue('c', queueOf('c').slice(1))
    gap()
    await isRead(1)
    expect(send).not.toHaveBeenCalled()
  })

  test('is retried after a gap if the error was retryable, but not if the server refused it', async () => {
    stored = chatWith('done')
    send.mockRejectedValueOnce(new ApiError(503, { code: 'busy', message: 'later' }))
    gap()
    await expect.poll(() => send.mock.calls).toHaveLength(1)
    await isRead(1)
    send.mockRejectedValueOnce(new ApiError(400, { code: 'bad_request', message: 'no' }))
    gap()
    await expect.poll(() => send.mock.calls).toHaveLength(2)
    await isRead(2)
    gap()
    gap()
    expect(queryClient.isFetching()).toBe(0)
    expect(queued()).toEqual(['one', 'two'])
  })
})
