import { afterEach, describe, expect, test } from 'vitest'
import { ended, givenRun, givenUser, part, started } from '../../test/support/store-fixture.ts'
import { find, givenAnswer, tailOf } from '../../test/support/search-fixture.ts'
import { newId, silentLogger, systemClock } from '../base/index.ts'
import { createStore } from './create-store.ts'
import type { Engine } from './engine/engine.ts'
import { createSearchIndex } from './search/create-search-index.ts'
import { StoreTroubles } from './engine/store-troubles.ts'
import type { EmptyDatabase } from './migrate.contract.ts'
import { migrate } from './migrate.ts'
import type { Store } from './store.ts'

const { signal } = new AbortController()

export function describeSearchIndex(name: string, make: () => Promise<EmptyDatabase>): void {
  describe(`search index, ${name}`, () => {
    const opened: EmptyDatabase[] = []
    afterEach(async () => {
      for (const database of opened.splice(0)) await database.close()
    })

    /** `filled`: the index has every message, as it has some time after the first start. */
    async function open({ filled = true } = {}): Promise<{ engine: Engine; store: Store }> {
      const database = await make()
      opened.push(database)
      const { engine } = database
      const troubles = new StoreTroubles(systemClock, silentLogger)
      const store = createStore({ engine, secret: 's', warn: () => {}, clock: systemClock, troubles })
      await migrate(engine, { apply: true })
      if (filled) while ((await store.searchIndex.fill(10)) !== null);
      return { engine, store }
    }

    test('a message waits in the tail with its text, then moves into a block, and is found in both', async () => {
      const { engine, store } = await open()
      const user = await givenUser(store)
      const { ids, run } = await givenRun(store, user.id, { form: { text: 'Where is the herring?' } })
      expect(await tailOf(engine, user.id)).toEqual([ids.userMessageId])
      await ended(store, run, 'In the North Sea.')
      expect(await tailOf(engine, user.id)).toEqual([ids.userMessageId, ids.messageId])
      expect(await find(store, user.id, 'herr')).toEqual([ids.userMessageId])
      expect(await store.searchIndex.moveTailIntoBlock(user.id, signal)).toBe(2)
      expect(await tailOf(engine, user.id)).toEqual([])
      expect(await find(store, user.id, 'herr')).toEqual([ids.userMessageId])
      expect(await find(store, user.id, 'orth', 'sea')).toEqual([ids.messageId])
      expect(await find(store, user.id, 'south')).toEqual([])
      expect(await store.searchIndex.moveTailIntoBlock(user.id, signal)).toBe(0)
    })

    test('a text that changes returns to the tail', async () => {
      const { engine, store } = await open()
      const user = await givenUser(store)
      const answer = await givenAnswer(store, user.id, 'cod')
      await store.searchIndex.moveTailIntoBlock(user.id, signal)
      const form = { kind: 'continue' as const, of: answer.id }
      const request = {
        clientId: newId(),
        runId: newId(),
        userId: user.id,
        owner: 'me',
        model: 'm',
        stop: false,
      }
      const again = await started(store, { ...request, form })
      await store.runs.save([part(again.run, 3, ' and haddock')])
      const end = { id: again.run.id, fence: again.run.fence, saved: 15, starts: again.run.starts }
      await store.runs.finalise({ ...end, status: 'done', meta: {}, said: 'cod and haddock' })
      expect(await tailOf(engine, user.id)).toEqual([answer.id])
      expect(await find(store, user.id, 'haddock')).toEqual([answer.id])
      await store.searchIndex.moveTailIntoBlock(user.id, signal)
      // Both blocks have the message; it is one result.
      expect(await find(store, user.id, 'cod')).toEqual([answer.id])
      expect(await find(store, user.id, 'haddock')).toEqual([answer.id])
    })

    test('a text that changes while its old text is moved into a block stays in the tail', async () => {
      const { engine, store } = await open()
      const user = await givenUser(store)
      const answer = await givenAnswer(store, user.id, 'cod')
      const changing = new Proxy(signal, {
        get: (target, key) => {
          // Called after the texts were read.
          if (key === 'throwIfAborted') changed ??= change()
          const value: unknown = Reflect.get(target, key, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
      let changed: Promise<unknown> | undefined
      const change = (): Promise<unknown> =>
        engine.db.updateTable('message').set({ said: 'eel' }).where('id', '=', answer.id).execute()
      await store.searchIndex.moveTailIntoBlock(user.id, changing)
      await changed
      expect(await tailOf(engine, user.id)).toEqual([answer.id])
      expect(await find(store, user.id, 'eel')).toEqual([answer.id])
    })

    test('an instance whose unfinished block was removed keeps the messages in the tail', async () => {
      const { engine, store } = await open()
      const user = await givenUser(store)
      const answer = await givenAnswer(store, user.id, 'cod')
      let transactions = 0
      const slow: Engine = {
        ...engine,
        transaction: async (work) => {
          // The first transaction begins the block, the second one completes it.
          if (++transactions === 2) await engine.db.deleteFrom('search_block').execute()
          return engine.transaction(work)
        },
      }
      expect(await createSearchIndex(slow, systemClock).moveTailIntoBlock(user.id, signal)).toBe(0)
      expect(transactions).toBe(2)
      expect(await tailOf(engine, user.id)).toHaveLength(2)
      expect(await find(store, user.id, 'cod')).toEqual([answer.id])
      expect(await engine.db.selectFrom('search_page').select('page').execute()).toEqual([])
    })

    test('an interrupted move leaves nothing, and an abandoned block is removed after an hour', async () => {
      const { engine, store } = await open()
      const user = await givenUser(store)
      const answer = await givenAnswer(store, user.id, 'cod')
      const failing: Engine = {
        ...engine,
        run: async (work) => {
          const blocks = await engine.db.selectFrom('search_block').select('id').execute()
          if (blocks.length > 0) stop.abort(new Error('the instance stops'))
          return engine.run(work)
        },
      }
      const stop = new AbortController()
      const interrupted = createSearchIndex(failing, systemClock).moveTailIntoBlock(user.id, stop.signal)
      await expect(interrupted).rejects.toThrow('the instance stops')
      expect(await engine.db.selectFrom('search_block').select('id').execute()).toEqual([])
      // The instance died, so nobody removed its block.
      const dead = { user_id: user.id, continues: null, begun_at: (await store.now()) - 3_700_000 }
      await engine.db
        .insertInto('search_block')
        .values({ ...dead, id: 1, seq: 1 })
        .execute()
      const page = { block: 1, page: 1, postings: new Uint8Array([1]) }
      await engine.db.insertInto('search_page').values(page).execute()
      expect(await find(store, user.id, 'cod')).toEqual([answer.id])
      await store.searchIndex.moveTailIntoBlock(user.id, signal)
      const blocks = await engine.db.selectFrom('search_block').select('complete').execute()
      expect(blocks.map(({ complete }) => Boolean(complete))).toEqual([true])
      expect(await find(store, user.id, 'cod')).toEqual([answer.id])
    })

    test('words of a long answer are found together however far apart they are', async () => {
      const { store } = await open()
      const user = await givenUser(store)
      const filler = 'lorem ipsum dolor '.repeat(400)
      const long = await givenAnswer(store, user.id, `alpha ${filler} beta ${filler} gamma`)
      await givenAnswer(store, user.id, 'alpha alone')
      await store.searchIndex.moveTailIntoBlock(user.id, signal)
      expect(await find(store, user.id, 'alpha', 'gamma')).toEqual([long.id])
      expect(await find(store, user.id, 'gamma', 'beta', 'alpha')).toEqual([long.id])
      expect(await find(store, user.id, 'alpha', 'delta')).toEqual([])
    })

    test('pages continue through the tail and the blocks: each chat once, the newest first', async () => {
      const { store } = await open()
      const user = await givenUser(store)
      const ids: string[] = []
      for (let n = 0; n < 12; n++) {
        ids.unshift((await givenAnswer(store, user.id, `herring number ${n}`)).id)
        if (n % 5 === 4) await store.searchIndex.moveTailIntoBlock(user.id, signal)
      }
      const pages: string[][] = []
      let cursor: string | null | undefined
      do {
        const query = { userId: user.id, words: ['herring'], archived: false, limit: 1 }
        const page = await store.chats.search({ ...query, ...(cursor ? { cursor } : {}) })
        pages.push(page.items.map(({ messageId }) => messageId))
        cursor = page.next
      } while (cursor !== null)
      expect(pages.flat()).toEqual(ids)
    })

    test('a search that needs several pages finds each of 300 chats', async () => {
      const { engine, store } = await open()
      const user = await givenUser(store)
      for (let n = 0; n < 300; n++) {
        const row = { id: newId(), user_id: user.id, title: 'T', title_by: 'words' as const, created_at: n }
        await engine.db
          .insertInto('chat')
          .values({ ...row, updated_at: n })
          .execute()
        const message = {
          id: newId(),
          chat_id: row.id,
          role: 'user' as const,
          text: 'eel',
          said: `eel ${'x'.repeat(1500)}`,
        }
        await engine.db
          .insertInto('message')
          .values({ ...message, status: 'done', created_at: n })
          .execute()
        if (n === 250) await store.searchIndex.moveTailIntoBlock(user.id, signal)
      }
      const seen: number[] = []
      let cursor: string | null | undefined
      do {
        const query = { userId: user.id, words: ['eel'], archived: false, limit: 20 }
        const page = await store.chats.search({ ...query, ...(cursor ? { cursor } : {}) })
        seen.push(...page.items.map(({ chat }) => chat.createdAt))
        cursor = page.next
      } while (cursor !== null)
      expect(seen).toEqual(Array.from({ length: 300 }, (_, n) => 299 - n))
    })

    test('archived chats are searched separately, and a cursor of another program starts at the beginning', async () => {
      const { store } = await open()
      const user = await givenUser(store)
      const answer = await givenAnswer(store, user.id, 'sprat')
      await store.chats.update(answer.chatId, user.id, { archived: true })
      for (const moved of [false, true]) {
        if (moved) await store.searchIndex.moveTailIntoBlock(user.id, signal)
        const query = { userId: user.id, words: ['sprat'], limit: 10 }
        expect((await store.chats.search({ ...query, archived: false })).items).toEqual([])
        const page = await store.chats.search({ ...query, archived: true, cursor: '\u0000!' })
        expect(page.items.map(({ messageId }) => messageId)).toEqual([answer.id])
      }
    })
  })
}
