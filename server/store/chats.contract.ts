import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../base/index.ts'
import {
  ended,
  givenRun,
  givenUser,
  messageRequest,
  part,
  started,
} from '../../test/support/store-fixture.ts'
import type { MakeStore, StoreUnderTest } from '../../test/support/store-fixture.ts'
import type { Store, UserRow } from './index.ts'

export function describeChats(name: string, make: MakeStore): void {
  describe(`chats, ${name}`, () => {
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

    /** Creates a chat with one question and its ended answer. */
    async function givenChat(
      title = 'A chat',
    ): Promise<{ chatId: string; question: string; answer: string }> {
      const { ids, run } = await givenRun(store, user.id, { form: { newChatTitle: title } })
      await ended(store, run, `answer of ${title}`)
      return { chatId: ids.chatId, question: ids.userMessageId, answer: ids.messageId }
    }

    async function asked(
      chatId: string,
      parentId: string | null,
    ): Promise<{ question: string; answer: string }> {
      const { ids, run } = await givenRun(store, user.id, { form: { chatId, parentId } })
      await ended(store, run, 'more')
      return { question: ids.userMessageId, answer: ids.messageId }
    }

    test('a tree shows the text so far of a running answer, and the run that writes it', async () => {
      const { ids, run } = await givenRun(store, user.id, { form: { text: 'Why?' } })
      await store.runs.save([part(run, 0, 'Because '), part({ id: 'none', fence: 1 }, 0, 'x')])
      await store.runs.save([part(run, 8, 'it is.')])
      const tree = await store.chats.tree(ids.chatId, user.id)
      expect(tree?.chat).toMatchObject({
        running: true,
        currentId: ids.messageId,
        titleBy: 'words',
        tags: [],
      })
      expect(tree?.messages).toMatchObject([
        { id: ids.userMessageId, parentId: null, role: 'user', text: 'Why?', status: 'done', run: null },
        {
          id: ids.messageId,
          parentId: ids.userMessageId,
          role: 'assistant',
          text: 'Because it is.',
          status: 'running',
          run: { id: ids.runId, owner: 'me', fence: run.fence, savedFence: run.fence, stop: false },
        },
      ])
      expect(await store.chats.message(ids.messageId, user.id)).toEqual(tree?.messages[1])
    })

    test('chats of other users, unknown chats and deleted chats are not found', async () => {
      const { chatId, answer } = await givenChat()
      const stranger = await givenUser(store)
      expect(await store.chats.get(chatId, stranger.id)).toBeUndefined()
      expect(await store.chats.tree(chatId, stranger.id)).toBeUndefined()
      expect(await store.chats.message(answer, stranger.id)).toBeUndefined()
      expect(await store.chats.path(answer, stranger.id)).toEqual([])
      expect(await store.chats.update(chatId, stranger.id, { title: 'mine' })).toBeUndefined()
      expect(await store.chats.delete(chatId, stranger.id)).toBeUndefined()
      expect(await store.chats.deleteMessage(answer, stranger.id)).toBeUndefined()
      expect(await store.chats.get('nul\u0000', user.id)).toBeUndefined()
    })

    test('the list is paged by last activity, and the search in titles ignores case', async () => {
      const made = []
      for (let n = 0; n < 5; n++) made.push((await givenChat(`Fische ${n} 50%`)).chatId)
      const archived = (await givenChat('Fische im Archiv')).chatId
      await store.chats.update(archived, user.id, { archived: true })
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await store.chats.list({
          userId: user.id,
          archived: false,
          limit: 2,
          ...(cursor !== undefined && { cursor }),
        })
        seen.push(...page.items.map(({ id }) => id))
        cursor = page.next ?? undefined
      } while (cursor !== undefined)
      expect(seen).toEqual(made.toReversed())
      const find = async (q: string, isArchived = false) =>
        (await store.chats.list({ userId: user.id, q, archived: isArchived, limit: 9 })).items.length
      expect(await find('FISCHE')).toBe(5)
      expect(await find('50%')).toBe(5)
      expect(await find('5_%')).toBe(0)
      expect(await find('archiv', true)).toBe(1)
    })

    test('the list holds only the pinned chats, or only the others', async () => {
      const pinned = (await givenChat('First')).chatId
      const other = (await givenChat('Second')).chatId
      await store.chats.update(pinned, user.id, { pinned: true })
      const list = async (isPinned?: boolean): Promise<string[]> => {
        const of = { userId: user.id, archived: false, limit: 9 }
        const page = await store.chats.list(isPinned === undefined ? of : { ...of, pinned: isPinned })
        return page.items.map(({ id }) => id)
      }
      expect(await list(true)).toEqual([pinned])
      expect(await list(false)).toEqual([other])
      expect(await list()).toEqual([other, pinned])
    })

    test('a chat is renamed, moved to a folder, tagged, marked as read, and switched only to its own messages', async () => {
      const { chatId, question } = await givenChat()
      const other = await givenChat()
      const changed = await store.chats.update(chatId, user.id, {
        title: 'Neu',
        titleBy: 'person',
        pinned: true,
        folder: 'Work',
        tags: ['a', 'ü'],
        currentId: question,
        read: true,
      })
      expect(changed).toMatchObject({
        title: 'Neu',
        titleBy: 'person',
        pinned: true,
        archived: false,
        folder: 'Work',
        tags: ['a', 'ü'],
        currentId: question,
      })
      expect(changed!.readAt).toBeGreaterThanOrEqual(changed!.answeredAt)
      expect(
        await store.chats.update(chatId, user.id, { title: 'x', currentId: other.answer }),
      ).toBeUndefined()
      expect(await store.chats.get(chatId, user.id)).toEqual(changed)
      expect(await store.chats.update(chatId, user.id, { folder: null })).toMatchObject({ folder: null })
    })

    test('a model names a chat unless the user has', async () => {
      const { chatId } = await givenChat('Words')
      expect(await store.chats.setTitleByModel(chatId, 'By model')).toMatchObject({
        title: 'By model',
        titleBy: 'model',
      })
      await store.chats.update(chatId, user.id, { title: 'Mine', titleBy: 'person' })
      expect(await store.chats.setTitleByModel(chatId, 'Again')).toBeUndefined()
      expect((await store.chats.get(chatId, user.id))?.title).toBe('Mine')
    })

    test('an ended answer makes the chat unread and moves it up in the list', async () => {
      const { chatId } = await givenChat('older')
      await givenChat('newer')
      const chat = await store.chats.update(chatId, user.id, { read: true })
      await asked(chatId, null)
      const after = await store.chats.get(chatId, user.id)
      expect(after!.answeredAt).toBeGreaterThan(chat!.readAt)
      expect(after!.updatedAt).toBeGreaterThanOrEqual(chat!.updatedAt)
      const { items } = await store.chats.list({ userId: user.id, archived: false, limit: 1 })
      expect(items[0]?.id).toBe(chatId)
    })

    test('rule 16: the end of an answer switches no branch', async () => {
      const { chatId, answer } = await givenChat()
      const { run } = await givenRun(store, user.id, { form: { chatId, parentId: answer } })
      await store.chats.update(chatId, user.id, { currentId: answer })
      await ended(store, run, 'elsewhere')
      expect((await store.chats.get(chatId, user.id))?.currentId).toBe(answer)
    })

    test('a path goes from the root to the message', async () => {
      const { chatId, question, answer } = await givenChat()
      const next = await asked(chatId, answer)
      await asked(chatId, answer)
      const path = await store.chats.path(next.answer, user.id)
      expect(path.map(({ id }) => id)).toEqual([question, answer, next.question, next.answer])
      expect(path[1]?.text).toBe('answer of A chat')
    })

    test('deleting a chat stops its answers; the chat can be restored until it is pruned', async () => {
      const { ids } = await givenRun(store, user.id)
      expect(await store.chats.delete(ids.chatId, user.id)).toEqual({ runIds: [ids.runId] })
      expect((await store.runs.read(ids.runId))?.stop).toBe(true)
      expect(await store.chats.get(ids.chatId, user.id)).toBeUndefined()
      expect(await store.chats.message(ids.messageId, user.id)).toBeUndefined()
      expect(await store.chats.delete(ids.chatId, user.id)).toBeUndefined()
      expect((await store.chats.restore(ids.chatId, user.id))?.id).toBe(ids.chatId)
      expect(await store.chats.restore(ids.chatId, user.id)).toBeUndefined()
      expect(await store.chats.get(ids.chatId, user.id)).toBeDefined()

      await store.chats.delete(ids.chatId, user.id)
      expect(await store.chats.prune(1, 10)).toBe(0)
      const { now } = await store.sessions.revokedSince(0)
      expect(await store.chats.prune(now + 1000, 10)).toBe(1)
      expect(await store.chats.restore(ids.chatId, user.id)).toBeUndefined()
      expect(await store.runs.read(ids.runId)).toBeUndefined()
    })

    test('deleting a message deletes and stops everything below it, and shows the next branch', async () => {
      const { chatId, question, answer } = await givenChat()
      const older = await asked(chatId, answer)
      const { ids } = await givenRun(store, user.id, { form: { chatId, parentId: answer } })
      const below = await store.chats.deleteMessage(ids.userMessageId, user.id)
      expect(below).toEqual({
        chatId,
        currentId: older.answer,
        deleted: expect.arrayContaining([ids.userMessageId, ids.messageId]) as string[],
        runIds: [ids.runId],
      })
      expect((await store.runs.read(ids.runId))?.stop).toBe(true)
      expect((await store.chats.tree(chatId, user.id))?.messages.map(({ id }) => id)).not.toContain(
        ids.messageId,
      )
      expect(await store.chats.deleteMessage(ids.messageId, user.id)).toBeUndefined()

      expect((await store.chats.deleteMessage(older.question, user.id))?.currentId).toBe(answer)
      expect((await store.chats.deleteMessage(question, user.id))?.currentId).toBeNull()
      expect((await store.chats.tree(chatId, user.id))?.messages).toEqual([])
    })

    test('a message is restored with everything that was deleted with it, but not below a deleted message', async () => {
      const { chatId, question, answer } = await givenChat()
      const next = await asked(chatId, answer)
      await store.chats.deleteMessage(next.answer, user.id)
      await store.chats.deleteMessage(question, user.id)
      expect(await store.chats.restoreMessage(next.answer, user.id)).toBeUndefined()
      expect(await store.chats.restoreMessage(answer, user.id)).toBeUndefined()
      expect(await store.chats.restoreMessage(question, user.id)).toEqual({ chatId })
      const ids = async () => (await store.chats.tree(chatId, user.id))?.messages.map(({ id }) => id)
      expect(await ids()).toEqual([question, answer, next.question])
      expect(await store.chats.restoreMessage(next.answer, user.id)).toEqual({ chatId })
      expect(await ids()).toEqual([question, answer, next.question, next.answer])
      expect((await store.chats.get(chatId, user.id))?.currentId).toBe(next.answer)
    })

    test('pruning permanently removes at most the given number of messages', async () => {
      const { chatId, question } = await givenChat()
      await store.chats.deleteMessage(question, user.id)
      const { now } = await store.sessions.revokedSince(0)
      expect(await store.chats.prune(now + 1000, 1)).toBe(1)
      await store.chats.prune(now + 1000, 100)
      expect(await store.chats.restoreMessage(question, user.id)).toBeUndefined()
      expect(await store.chats.get(chatId, user.id)).toBeDefined()
    })

    test('a message sent below one that is being deleted is refused or deleted with it', async () => {
      const other = await under.another()
      for (let round = 0; round < 20; round++) {
        const { chatId, question, answer } = await givenChat()
        const request = messageRequest(user.id, { form: { chatId, parentId: answer } })
        const [outcome] = await Promise.all([
          other.runs.start(request),
          store.chats.deleteMessage(question, user.id),
        ])
        const tree = await store.chats.tree(chatId, user.id)
        expect(tree?.messages, `round ${round}, ${outcome.kind}`).toEqual([])
        if (outcome.kind === 'started') expect((await store.runs.read(request.runId))?.stop).toBe(true)
        else expect(outcome.kind).toBe('parent-missing')
      }
    })

    test('invalid characters are removed from texts before they are stored', async () => {
      const request = messageRequest(user.id, {
        form: { text: 'a\u0000b\ud800c 😀', newChatTitle: 'T\u0000\udc00' },
      })
      const { ids } = await started(store, request)
      const tree = await store.chats.tree(ids.chatId, user.id)
      expect(tree?.messages[0]?.text).toBe('a\ufffdb\ufffdc 😀')
      expect(tree?.chat.title).toBe('T\ufffd\ufffd')
      expect(await store.chats.update(ids.chatId, user.id, { tags: ['\u0000'] })).toMatchObject({
        tags: ['\ufffd'],
      })
    })

    test('ids that look like SQL are treated as plain ids', async () => {
      const id = `x' or 1=1 --${newId()}`
      expect(await store.chats.get(id, user.id)).toBeUndefined()
      expect((await store.chats.list({ userId: user.id, q: id, archived: false, limit: 1 })).items).toEqual(
        [],
      )
    })
  })
}
