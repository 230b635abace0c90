import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ChatView } from '../../../../protocol/http/chats.ts'
import type { RunStarted, RunStartRequest } from '../../../../protocol/run.ts'
import { createQueryClient } from '../../../api/operation-query.ts'
import { createChatActions } from './chat-actions.ts'
import type { ChatActions } from './chat-actions.ts'
import { messagesOfStart, newChat } from './chat-cache.ts'
import { chatKey } from './chat-query.ts'
import { pendingSends, rowNameOf } from './pending-sends.ts'

const run: RunStarted = { chatId: 'c', userMessageId: 'q', messageId: 'a', runId: 'r' }

let queryClient: ReturnType<typeof createQueryClient>
let actions: ChatActions
/** The started runs; the test settles each of them. */
let starts: { request: RunStartRequest; settle: PromiseWithResolvers<RunStarted> }[]
const stopped: string[] = []
const created = vi.fn<(chatId: string) => Promise<void>>()

beforeEach(() => {
  vi.stubGlobal('localStorage', { setItem: () => undefined, removeItem: () => undefined })
  queryClient = createQueryClient()
  starts = []
  stopped.length = 0
  created.mockReset().mockResolvedValue()
  actions = createChatActions({
    queryClient,
    onCreated: created,
    clock: { now: () => 1000 },
    live: {
      start(request) {
        const settle = Promise.withResolvers<RunStarted>()
        starts.push({ request, settle })
        return { started: settle.promise, stop: async () => void stopped.push(`pending ${request.clientId}`) }
      },
      stop: async (runId) => void stopped.push(runId),
    },
  })
})

afterEach(() => {
  queryClient.clear()
  vi.unstubAllGlobals()
})

const chat = (): ChatView | undefined => queryClient.getQueryData<ChatView>(chatKey('c'))
function cacheChat(): void {
  queryClient.setQueryData<ChatView>(chatKey('c'), {
    ...newChat('c', 'First', 'm', 10),
    messages: messagesOfStart(run, { text: 'First', model: 'm', parentId: null }, 10).map((it) => ({
      ...it,
      text: it.text || 'so far',
      status: 'done',
    })),
    currentId: 'a',
  })
}

describe('a request', () => {
  test('for a new message names its parent; both messages are shown with the ids of the server', async () => {
    cacheChat()
    const sent = actions.send('c', { text: 'Second', model: 'm2', parentId: 'a' }, 'id')
    expect(starts[0]?.request).toEqual({
      clientId: 'id',
      chatId: 'c',
      text: 'Second',
      model: 'm2',
      parentId: 'a',
    })
    expect(pendingSends()).toMatchObject([{ clientId: 'id', chatKey: 'c', sentAt: 1000 }])
    starts[0]?.settle.resolve({ chatId: 'c', userMessageId: 'q2', messageId: 'a2', runId: 'r2' })
    await sent
    expect(pendingSends()).toEqual([])
    expect(chat()).toMatchObject({ model: 'm2', currentId: 'a2' })
    expect(chat()?.messages.slice(2)).toMatchObject([
      { id: 'q2', parentId: 'a', text: 'Second', createdAt: 1000 },
      { id: 'a2', parentId: 'q2', status: 'running', runId: 'r2' },
    ])
    expect([rowNameOf('q2'), rowNameOf('a2')]).toEqual(['question-id', 'answer-id'])
  })

  test('with the first message creates the chat, with a title until the server has generated one', async () => {
    const sent = actions.send('new', { text: 'First\nand more', model: 'm', parentId: null }, 'id')
    expect(starts[0]?.request).toEqual({
      clientId: 'id',
      text: 'First\nand more',
      model: 'm',
      parentId: null,
    })
    starts[0]?.settle.resolve(run)
    await sent
    expect(created.mock.calls).toEqual([['c']])
    expect(chat()).toMatchObject({ title: 'First', currentId: 'a' })
    expect(chat()?.messages).toHaveLength(2)
  })

  test('to regenerate adds an answer next to the first, and the question keeps its row', async () => {
    cacheChat()
    const sent = actions.send('c', { regenerateOf: 'a', model: 'm', parentId: 'q' }, 'again')
    expect(starts[0]?.request).toEqual({ clientId: 'again', chatId: 'c', regenerateOf: 'a', model: 'm' })
    starts[0]?.settle.resolve({ ...run, messageId: 'a2', runId: 'r2' })
    await sent
    expect(chat()?.messages.map(({ id }) => id)).toEqual(['q', 'a', 'a2'])
    expect(rowNameOf('a2')).toBe('answer-again')
    expect(rowNameOf('q')).not.toBe('question-again')
  })

  test('to continue an answer runs the same message again', async () => {
    cacheChat()
    const sent = actions.send('c', { continueOf: 'a', model: 'm', parentId: 'q' }, 'more')
    expect(starts[0]?.request).toEqual({ clientId: 'more', chatId: 'c', continueOf: 'a', model: 'm' })
    starts[0]?.settle.resolve({ ...run, runId: 'r2' })
    await sent
    expect(chat()?.messages).toMatchObject([
      { id: 'q' },
      { id: 'a', text: 'so far', status: 'running', phase: 'queued', runId: 'r2' },
    ])
    expect(rowNameOf('a')).not.toBe('answer-more')
  })

  test('that is refused leaves nothing behind', async () => {
    cacheChat()
    const before = chat()
    const sent = actions.send('c', { text: 'Second', model: 'm', parentId: 'a' })
    starts[0]?.settle.reject(new Error('no'))
    await expect(sent).rejects.toThrow('no')
    expect(pendingSends()).toEqual([])
    expect(chat()).toEqual(before)
  })
})

describe('a stop', () => {
  test('reaches a request that has no run yet, which is shown as stopping', async () => {
    const sent = actions.send('c', { text: 'x', model: 'm', parentId: null }, 'id')
    await actions.stop('c', 'of the answer before')
    expect(stopped).toEqual(['pending id'])
    expect(pendingSends()[0]?.stopping).toBe(true)
    starts[0]?.settle.resolve(run)
    await sent
  })

  test('names the run if nothing is pending in this chat', async () => {
    const sent = actions.send('another', { text: 'x', model: 'm', parentId: null })
    await actions.stop('c', 'r')
    await actions.stop('c', null)
    expect(stopped).toEqual(['r'])
    starts[0]?.settle.resolve(run)
    await sent
  })
})
