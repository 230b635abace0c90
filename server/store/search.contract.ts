import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ended, givenRun, givenUser } from '../../test/support/store-fixture.ts'
import type { MakeStore, StoreUnderTest } from '../../test/support/store-fixture.ts'
import type { Store, UserRow } from './index.ts'

type Way = 'scan' | 'tail' | 'blocks'

/** A search reads texts chat by chat before the index is filled, or a user's tail and blocks afterwards. */
export function describeSearch(name: string, make: MakeStore): void {
  for (const way of ['scan', 'tail', 'blocks'] as const) describeWay(name, make, way)
}

function describeWay(name: string, make: MakeStore, way: Way): void {
  describe(`search by ${way}, ${name}`, () => {
    let under: StoreUnderTest
    let store: Store
    let user: UserRow
    beforeAll(async () => {
      under = await make()
      ;({ store } = under)
      if (way !== 'scan') while ((await store.searchIndex.fill(10)) !== null);
    })
    afterAll(() => under.close())
    beforeEach(async () => {
      user = await givenUser(store)
    })

    async function search(
      words: readonly string[],
      {
        userId = user.id,
        limit = 10,
        cursor,
      }: { userId?: string; limit?: number; cursor?: string | null } = {},
    ): ReturnType<Store['chats']['search']> {
      if (way === 'blocks') await store.searchIndex.moveTailIntoBlock(userId, new AbortController().signal)
      return store.chats.search({ userId, words, archived: false, limit, ...(cursor ? { cursor } : {}) })
    }

    /** Creates a chat with one question and its ended answer. */
    async function givenChat(title: string): Promise<{ chatId: string; answer: string }> {
      const { ids, run } = await givenRun(store, user.id, { form: { newChatTitle: title } })
      await ended(store, run, `answer of ${title}`)
      return { chatId: ids.chatId, answer: ids.messageId }
    }

    test('search finds the newest message of a chat that contains all the words, and ignores reasoning', async () => {
      const tides = await givenChat('Tides')
      await givenChat('Else')
      const { ids, run } = await givenRun(store, user.id, {
        form: { newChatTitle: 'Moon', text: 'Über TIDES?' },
      })
      await ended(store, run, `<think>\ntides, 100%\n</think>\n\n${'word '.repeat(200)}ÜBER the moon_1`)
      const find = async (...words: string[]): Promise<string[][]> => {
        const { items } = await search(words)
        return items.map(({ chat, messageId, role }) => [chat.id, messageId, role])
      }
      expect(await find('über')).toEqual([[ids.chatId, ids.messageId, 'assistant']])
      expect(await find('über', 'tides')).toEqual([[ids.chatId, ids.userMessageId, 'user']])
      expect(await find('answer', 'TIDES')).toEqual([[tides.chatId, tides.answer, 'assistant']])
      expect(await find('100%')).toEqual([])
      expect(await find('moon%1')).toEqual([])
      const { items } = await search(['moon_1', 'über'])
      expect(items[0]?.excerpt).toMatch(/^[word ]+ÜBER the moon_1$/)
      expect(items[0]?.excerpt.length).toBeLessThanOrEqual(400)
      const stranger = await givenUser(store)
      expect(await search(['tides'], { userId: stranger.id })).toEqual({ items: [], next: null })
      await store.chats.deleteMessage(ids.userMessageId, user.id)
      expect(await find('über')).toEqual([])
      await store.chats.delete(tides.chatId, user.id)
      expect(await find('tides')).toEqual([])
    })

    test('B2: words are found in any spelling, in texts, titles and names, whatever the locale', async () => {
      const spellings = [
        ['über', 'ÜBER'],
        ['Über', 'über'],
        ['Привет', 'ПРИВЕТ'],
        ['привет', 'Привет'],
        ['οδος', 'ΟΔΟΣ'],
        ['café', 'CAFE\u0301'],
        ['straße', 'STRAẞE'],
      ] as const
      for (const [asked, written] of spellings) {
        const { ids, run } = await givenRun(store, user.id, {
          form: { newChatTitle: `a ${written} title`, text: 'q' },
        })
        await ended(store, run, `${'word '.repeat(100)}${written} and 100%_\\`)
        const { items } = await search([asked, '100%_\\'])
        expect(
          items.map(({ chat }) => chat.id),
          asked,
        ).toEqual([ids.chatId])
        expect(items[0]?.excerpt, asked).toContain(written)
        expect(items[0]?.excerpt.length, asked).toBeLessThan(200)
        const listed = await store.chats.list({ userId: user.id, q: asked, archived: false, limit: 10 })
        expect(
          listed.items.map(({ id }) => id),
          asked,
        ).toEqual([ids.chatId])
        await store.chats.delete(ids.chatId, user.id)
        const named = await givenUser(store, { name: `Ada ${written}` })
        const users = await store.users.list({ q: asked, limit: 10 })
        expect(
          users.items.map(({ id }) => id),
          asked,
        ).toContain(named.id)
      }
    })

    test('a word in ASCII is found in full width, and a word of ideographs in a text without spaces', async () => {
      for (const [asked, written] of [
        ['abc', 'ａｂｃ'],
        ['漢字', '日本の漢字です'],
      ] as const) {
        const { answer, chatId } = await givenChat(written)
        expect((await search([asked])).items.map(({ messageId }) => messageId)).toEqual([answer])
        const listed = await store.chats.list({ userId: user.id, q: asked, archived: false, limit: 10 })
        expect(listed.items.map(({ id }) => id)).toEqual([chatId])
      }
    })

    test.runIf(way === 'scan')(
      'search continues through older chats, one page of chats at a time',
      async () => {
        const old = await givenChat('needle')
        for (let chat = 0; chat < 5; chat++) await givenChat('hay')
        const pages: string[][] = []
        let cursor: string | null | undefined
        do {
          const page = await search(['needle'], { limit: 2, cursor: cursor ?? null })
          pages.push(page.items.map(({ chat }) => chat.id))
          cursor = page.next
        } while (cursor !== null)
        expect(pages).toEqual([[], [], [old.chatId]])
      },
    )
  })
}
