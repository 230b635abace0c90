import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ended, givenRun, givenUser, part } from '../../test/support/store-fixture.ts'
import type { MakeStore, StoreUnderTest } from '../../test/support/store-fixture.ts'
import type { MessageRow, Store, UserRow } from './index.ts'

export function describeExports(name: string, make: MakeStore): void {
  describe(`exports, ${name}`, () => {
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

    async function asked(
      answer: string,
      to: { chatId?: string; parentId?: string } = {},
    ): Promise<{ chatId: string; question: string; answer: string }> {
      const { ids, run } = await givenRun(store, user.id, { form: { text: 'Why?', ...to } })
      await ended(store, run, answer)
      return { chatId: ids.chatId, question: ids.userMessageId, answer: ids.messageId }
    }

    async function batchesOf(chatId: string, maxBytes: number, userId = user.id): Promise<MessageRow[][]> {
      const batches: MessageRow[][] = []
      for await (const batch of store.chats.messageBatches({ chatId, userId, maxBytes })) batches.push(batch)
      return batches
    }

    async function allIds(limit: number): Promise<string[]> {
      const ids: string[] = []
      let after: { id: string; createdAt: number } | undefined
      for (;;) {
        const page = await store.chats.idsByCreation({ userId: user.id, limit, ...(after ? { after } : {}) })
        if (page.length === 0) return ids
        ids.push(...page.map(({ id }) => id))
        after = page.at(-1)
      }
    }

    test('chats are listed in the order of their creation, archived ones too, whatever happens in them', async () => {
      const made: string[] = []
      for (let n = 0; n < 5; n++) made.push((await asked('x')).chatId)
      const other = await givenUser(store)
      await givenRun(store, other.id)
      await store.chats.update(made[1]!, user.id, { archived: true })
      await store.chats.delete(made[2]!, user.id)
      const first = await store.chats.idsByCreation({ userId: user.id, limit: 1 })
      expect(first.map(({ id }) => id)).toEqual([made[0]])
      await asked('newer activity', { chatId: made[0]! })
      const rest = await store.chats.idsByCreation({ userId: user.id, after: first[0]!, limit: 9 })
      const expected = made.filter((_, at) => at !== 2)
      expect([first[0]!.id, ...rest.map(({ id }) => id)].toSorted()).toEqual(expected.toSorted())
      expect(await allIds(2)).toEqual(await allIds(100))
    })

    test('messages come in the order and with the content of the chat, in batches of limited size', async () => {
      const first = await asked('a'.repeat(600))
      await asked('b'.repeat(600), { chatId: first.chatId, parentId: first.answer })
      await asked('ü'.repeat(3000), { chatId: first.chatId, parentId: first.answer })
      const tree = await store.chats.tree(first.chatId, user.id)
      const batches = await batchesOf(first.chatId, 1000)
      expect(batches.flat()).toEqual(tree?.messages)
      for (const batch of batches) {
        const bytes = batch.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
        expect(batch.length === 1 || bytes <= 1000, `${batch.length} messages, ${bytes} bytes`).toBe(true)
      }
      expect(batches.length).toBeGreaterThan(2)
      expect(await batchesOf(first.chatId, 1_000_000)).toEqual([tree?.messages])
    })

    test('each batch is read when it is requested', async () => {
      const first = await asked('a'.repeat(600))
      const second = await asked('b'.repeat(600), { chatId: first.chatId, parentId: first.answer })
      const all = store.chats.messageBatches({ chatId: first.chatId, userId: user.id, maxBytes: 700 })
      const batches = all[Symbol.asyncIterator]()
      await batches.next()
      await store.chats.deleteMessage(second.question, user.id)
      const rest: string[] = []
      for (let next = await batches.next(); !next.done; next = await batches.next())
        rest.push(...next.value.map(({ id }) => id))
      expect(rest).toEqual([])
    })

    test('a running answer has its text so far; deleted messages and chats of other users have no batch', async () => {
      const { ids, run } = await givenRun(store, user.id)
      await store.runs.save([part(run, 0, 'So far')])
      const running = (await batchesOf(ids.chatId, 1000)).flat().at(-1)
      expect(running).toMatchObject({ text: 'So far', status: 'running', run: { id: ids.runId } })
      expect(await batchesOf(ids.chatId, 1000, (await givenUser(store)).id)).toEqual([])
      await store.chats.deleteMessage(ids.userMessageId, user.id)
      expect(await batchesOf(ids.chatId, 1000)).toEqual([])
      const gone = await asked('x')
      await store.chats.delete(gone.chatId, user.id)
      expect(await batchesOf(gone.chatId, 1000)).toEqual([])
    })
  })
}
