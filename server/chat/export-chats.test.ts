import { expect, test } from 'vitest'
import type { Caller } from '../accounts/index.ts'
import type { ChatRow, MessageRow } from '../store/contract/chats.ts'
import type { RequestMeta } from '../use-case.ts'
import { createExportChats } from './export-chats.ts'

const caller = { user: { id: 'ada' } } as Caller

function row(id: string, text: string, about: Partial<MessageRow> = {}): MessageRow {
  return {
    id,
    chatId: 'c',
    parentId: null,
    role: 'user',
    text,
    status: 'done',
    model: null,
    createdAt: 1,
    meta: {},
    run: null,
    ...about,
  }
}

/** An export of these chats, whose messages are stored in these batches, and a record of what it reads. */
function setUp(stored: Record<string, MessageRow[][]>, deleted: string[] = []) {
  const reads: string[] = []
  const exportChats = createExportChats({
    chats: {
      get: async (id) =>
        id in stored && !deleted.includes(id)
          ? ({
              id,
              title: `Chat ${id}`,
              tags: [],
              currentId: null,
              answeredAt: 0,
              readAt: 0,
            } as unknown as ChatRow)
          : undefined,
      async idsByCreation({ after, limit }) {
        reads.push(`ids after ${after?.id ?? 'none'}`)
        const ids = Object.keys(stored)
        const from = after === undefined ? 0 : ids.indexOf(after.id) + 1
        return ids.slice(from, from + limit).map((id) => ({ id, createdAt: 1 }))
      },
      async *messageBatches({ chatId }) {
        for (const [at, batch] of (stored[chatId] ?? []).entries()) {
          reads.push(`${chatId}/${at}`)
          yield batch
        }
      },
    },
    live: { peek: (runId) => (runId === 'run' ? { text: 'newer text', fence: 7 } : undefined) },
  } as Parameters<typeof createExportChats>[0])
  const start = (id?: string) =>
    exportChats(caller, { query: id === undefined ? {} : { id } }, {} as RequestMeta)
  return { reads, start }
}

async function read(
  pieces: AsyncIterable<string>,
): Promise<{ chats: { id: string; messages: { text: string }[] }[] }> {
  let text = ''
  for await (const piece of pieces) text += piece
  return JSON.parse(text) as Awaited<ReturnType<typeof read>>
}

test('all chats are exported with all messages as one JSON text, also without chats or messages', async () => {
  expect(await read(await setUp({}).start())).toEqual({ chats: [] })
  const { start } = setUp({
    a: [[row('1', 'x "y"\n')], [row('2', 'z'), row('3', '')]],
    b: [],
    c: [[row('4', 'é')]],
  })
  const { chats } = await read(await start())
  expect(chats.map(({ id, messages }) => [id, messages.map(({ text }) => text)])).toEqual([
    ['a', ['x "y"\n', 'z', '']],
    ['b', []],
    ['c', ['é']],
  ])
  expect(chats[0]).toMatchObject({ title: 'Chat a', tags: [], currentId: null, unread: false })
})

test('more chats than are listed at once are all exported', async () => {
  const stored = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`c${n}`, []]))
  const { chats } = await read(await setUp(stored).start())
  expect(chats.map(({ id }) => id)).toEqual(Object.keys(stored))
})

test('one chat is exported in the same format; an unknown one is refused before the response begins', async () => {
  const { start } = setUp({ a: [[row('1', 'x')]], b: [] })
  expect((await read(await start('a'))).chats.map(({ id }) => id)).toEqual(['a'])
  await expect(start('none')).rejects.toMatchObject({ code: 'not_found' })
})

test('a chat that is deleted while the export runs is left out', async () => {
  const { chats } = await read(await setUp({ a: [], b: [], c: [] }, ['a', 'c']).start())
  expect(chats.map(({ id }) => id)).toEqual(['b'])
})

test('a running answer has the text that this instance knows', async () => {
  const run = { id: 'run', owner: 'me', fence: 7, savedFence: 7, stop: false }
  const { start } = setUp({ a: [[row('1', 'old', { role: 'assistant', status: 'running', run })]] })
  expect((await read(await start())).chats[0]?.messages[0]).toMatchObject({
    text: 'newer text',
    status: 'running',
  })
})

test('nothing is read before it is needed', async () => {
  const { reads, start } = setUp({ a: [[row('1', 'x')], [row('2', 'y')]], b: [[row('3', 'z')]] })
  const pieces = (await start())[Symbol.asyncIterator]()
  await pieces.next()
  expect(reads).toEqual([])
  const until = async (text: string): Promise<void> => {
    for (;;) {
      const { value, done } = await pieces.next()
      if (done || value.includes(text)) return
    }
  }
  await until('"x"')
  expect(reads).toEqual(['ids after none', 'a/0'])
  await until('"y"')
  expect(reads).toEqual(['ids after none', 'a/0', 'a/1'])
})
