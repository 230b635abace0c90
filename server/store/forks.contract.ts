import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../base/index.ts'
import { ended, givenRun, givenUser, part, started } from '../../test/support/store-fixture.ts'
import type { MakeStore, StoreUnderTest } from '../../test/support/store-fixture.ts'
import type { MessageRow, Store, UserRow } from './index.ts'

export function describeForks(name: string, make: MakeStore): void {
  describe(`forks of chats, ${name}`, () => {
    let under: StoreUnderTest
    let store: Store
    let user: UserRow
    beforeAll(async () => {
      under = await make()
      ;({ store } = under)
    })
    afterAll(() => under.close())
    beforeEach(async () => {
      user = await givenUser(store)
    })

    interface Asked {
      chatId: string
      question: string
      answer: string
    }

    /** A question below `parentId` and its ended answer; without `chatId`, in a new chat. */
    async function asked(text: string, to: { chatId?: string; parentId?: string } = {}): Promise<Asked> {
      const { ids, run } = await givenRun(store, user.id, { form: { text, ...to } })
      await ended(store, run, `answer to ${text}`)
      return { chatId: ids.chatId, question: ids.userMessageId, answer: ids.messageId }
    }

    const fork = (messageId: string, chatId = newId(), userId = user.id) =>
      store.chats.fork({ messageId, userId, chatId, title: 'Fork of A chat' })

    const messagesOf = async (chatId: string): Promise<MessageRow[]> =>
      (await store.chats.tree(chatId, user.id))?.messages ?? []

    const content = ({ role, text, status, model, createdAt, meta }: MessageRow) => {
      return { role, text, status, model, createdAt, meta }
    }

    test('a fork has copies of the messages up to the given one, and leaves out later ones and other branches', async () => {
      const first = await asked('one')
      const second = await asked('two', { chatId: first.chatId, parentId: first.answer })
      await asked('other branch', { chatId: first.chatId, parentId: first.answer })
      await asked('later', { chatId: first.chatId, parentId: second.answer })
      await store.chats.update(first.chatId, user.id, {
        pinned: true,
        folder: 'Work',
        tags: ['ü'],
        archived: true,
      })
      const before = await store.chats.tree(first.chatId, user.id)

      const chatId = newId()
      const outcome = await fork(second.answer, chatId)
      expect(outcome).toMatchObject({
        kind: 'forked',
        chat: {
          id: chatId,
          title: 'Fork of A chat',
          titleBy: 'person',
          model: 'demo',
          folder: 'Work',
          tags: ['ü'],
          pinned: false,
          archived: false,
          running: false,
          answeredAt: 0,
        },
      })
      const copies = await messagesOf(chatId)
      const path = await store.chats.path(second.answer, user.id)
      expect(copies.map(content)).toEqual(path.map(content))
      expect(copies.map(({ parentId }) => parentId)).toEqual([
        null,
        ...copies.slice(0, -1).map(({ id }) => id),
      ])
      expect((await store.chats.get(chatId, user.id))?.currentId).toBe(copies.at(-1)?.id)
      const old = new Set(before?.messages.map(({ id }) => id))
      expect(copies.filter(({ id }) => old.has(id))).toEqual([])
      expect(await store.chats.tree(first.chatId, user.id)).toEqual(before)
      const { items } = await store.chats.list({ userId: user.id, archived: false, limit: 1 })
      expect(items[0]?.id).toBe(chatId)
    })

    test('a fork is independent: it can be continued and searched, and stays when the first chat is deleted', async () => {
      const first = await asked('nightingale')
      const chatId = newId()
      await fork(first.answer, chatId)
      await store.chats.deleteMessage(first.question, user.id)
      await store.chats.delete(first.chatId, user.id)
      const { now } = await store.sessions.revokedSince(0)
      await store.chats.prune(now + 1000, 10)
      const copies = await messagesOf(chatId)
      expect(copies.map(({ text }) => text)).toEqual(['nightingale', 'answer to nightingale'])
      const found = await store.chats.search({
        userId: user.id,
        words: ['nightingale'],
        archived: false,
        limit: 9,
      })
      expect(found.items.map(({ chat }) => chat.id)).toEqual([chatId])
      const parentId = copies.at(-1)?.id ?? null
      const { run } = await givenRun(store, user.id, { form: { chatId, parentId } })
      await ended(store, run, 'more')
      expect(await messagesOf(chatId)).toHaveLength(4)
    })

    test('a fork at a question ends with that question', async () => {
      const first = await asked('one')
      const second = await asked('two', { chatId: first.chatId, parentId: first.answer })
      const chatId = newId()
      await fork(second.question, chatId)
      expect((await messagesOf(chatId)).map(({ text }) => text)).toEqual(['one', 'answer to one', 'two'])
    })

    test('a fork keeps how answers ended, and their reasoning', async () => {
      const { ids, run } = await givenRun(store, user.id)
      const text = '<details type="reasoning" done="true">\nhm\n</details>\nPart'
      await store.runs.save([part(run, 0, text)])
      const meta = { error: { code: 'upstream_broke_off', message: 'broke' }, reasoningMs: 12 } as const
      await store.runs.finalise({
        id: run.id,
        fence: run.fence,
        saved: text.length,
        status: 'failed',
        starts: [[run.fence, 0]],
        meta,
        said: 'Part',
      })
      const chatId = newId()
      await fork(ids.messageId, chatId)
      expect((await messagesOf(chatId))[1]).toMatchObject({ text, status: 'failed', meta, run: null })
    })

    test('an answer that is being written cannot be forked, nor a message below one; its question can', async () => {
      const { ids, run } = await givenRun(store, user.id)
      const chatId = newId()
      expect(await fork(ids.messageId, chatId)).toEqual({ kind: 'branch-busy' })
      expect(await store.chats.get(chatId, user.id)).toBeUndefined()
      expect(await fork(ids.userMessageId)).toMatchObject({ kind: 'forked', chat: { running: false } })
      await ended(store, run, 'text')
      const below = await asked('below', { chatId: ids.chatId, parentId: ids.messageId })
      await started(store, {
        userId: user.id,
        clientId: newId(),
        runId: newId(),
        owner: 'me',
        model: 'demo',
        stop: false,
        form: { kind: 'continue', of: ids.messageId },
      })
      expect(await fork(below.answer)).toEqual({ kind: 'branch-busy' })
    })

    test('unknown and deleted messages, and those of other users, cannot be forked', async () => {
      const stranger = await givenUser(store)
      const first = await asked('one')
      expect(await fork(first.answer, newId(), stranger.id)).toBeUndefined()
      expect(await fork(newId())).toBeUndefined()
      expect(await fork('nul\u0000')).toBeUndefined()
      await store.chats.deleteMessage(first.answer, user.id)
      expect(await fork(first.answer)).toBeUndefined()
      await store.chats.delete(first.chatId, user.id)
      expect(await fork(first.question)).toBeUndefined()
      expect((await store.chats.list({ userId: user.id, archived: false, limit: 9 })).items).toEqual([])
    })

    test('a fork never replaces a chat whose id is taken', async () => {
      const first = await asked('one')
      const taken = await asked('taken')
      const before = await store.chats.tree(taken.chatId, user.id)
      await expect(fork(first.answer, taken.chatId)).rejects.toThrow()
      expect(await store.chats.tree(taken.chatId, user.id)).toEqual(before)
      expect((await store.chats.list({ userId: user.id, archived: false, limit: 9 })).items).toHaveLength(2)
    })

    test('a branch of more messages than one statement copies is forked whole, and nobody sees a part of it', async () => {
      let last = await asked('0')
      for (let n = 1; n < 260; n++) last = await asked(`${n}`, { chatId: last.chatId, parentId: last.answer })
      const chatId = newId()
      const reader = await under.another()
      const forking = { done: false }
      const seen = new Set<number | undefined>()
      const watch = async (): Promise<void> => {
        while (!forking.done) seen.add((await reader.chats.tree(chatId, user.id))?.messages.length)
      }
      const watching = watch()
      await fork(last.answer, chatId)
      forking.done = true
      await watching
      expect([...seen].filter((count) => count !== undefined && count !== 520)).toEqual([])
      const { currentId } = (await store.chats.get(chatId, user.id)) ?? {}
      const copied = await store.chats.path(currentId ?? '', user.id)
      expect(copied.map(({ text }) => text)).toEqual(
        Array.from({ length: 260 }, (_, n) => [`${n}`, `answer to ${n}`]).flat(),
      )
    })

    test('a fork at a message that is being deleted is whole or refused', async () => {
      const other = await under.another()
      for (let round = 0; round < 20; round++) {
        const first = await asked('one')
        const second = await asked('two', { chatId: first.chatId, parentId: first.answer })
        const chatId = newId()
        const [outcome] = await Promise.all([
          other.chats.fork({ messageId: second.answer, userId: user.id, chatId, title: 'Fork' }),
          store.chats.deleteMessage(first.answer, user.id),
        ])
        expect(await messagesOf(chatId), `round ${round}`).toHaveLength(outcome ? 4 : 0)
      }
    })
  })
}
