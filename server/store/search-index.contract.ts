import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { ended, givenRun, givenUser, part, started } from '../../test/support/store-fixture.ts'
import { newId, silentLogger, systemClock } from '../base/index.ts'
import { indexMessages } from '../shared-state/index-messages.ts'
import { createStore } from './create-store.ts'
import type { Engine } from './engine/engine.ts'
import { createSearchIndex } from './search/create-search-index.ts'
import { StoreTroubles } from './engine/store-troubles.ts'
import type { EmptyDatabase } from './migrate.contract.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/all.ts'
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

    async function givenAnswer(
      store: Store,
      userId: string,
      text: string,
    ): Promise<{ chatId: string; id: string }> {
      const { ids, run } = await givenRun(store, userId, { form: { text: 'q' } })
      await ended(store, run, text)
      return { chatId: ids.chatId, id: ids.messageId }
    }

    async function find(store: Store, userId: string, ...words: string[]): Promise<string[]> {
      const { items } = await store.chats.search({ userId, words, archived: false, limit: 50 })
      return items.map(({ messageId }) => messageId)
    }

    async function tailOf(engine: Engine, userId: string): Promise<string[]> {
      const rows = await engine.db
        .selectFrom('search_tail')
        .select('message_id')
        .where('user_id', '=', userId)
        .orderBy('message_id')
        .execute()
      return rows.map((row) => row.message_id)
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

    test('the job adds messages of an older version; until then, a search reads the texts', async () => {
      const database = await make()
      opened.push(database)
      const { engine } = database
      await migrate(engine, { apply: true, migrations: migrations.slice(0, 8) })
      await sql`insert into ${engine.table('account')}
        (id, email, email_key, name, search, role, token_epoch, created_at)
        values ('u', 'u@x', 'u@x', 'U', 'u', 'user', 'e', 1)`.execute(engine.db)
      for (let n = 0; n < 450; n++) {
        const [chat, at] = [`c${String(n).padStart(3, '0')}`, n]
        await sql`insert into ${engine.table('chat')} (id, user_id, title, title_by, created_at, updated_at)
          values (${chat}, 'u', 'T', 'words', ${at}, ${at})`.execute(engine.db)
        // Half of them are even older: they lack their visible text.
        const said = n % 2 === 0 ? null : `said by ${chat}`
        await sql`insert into ${engine.table('message')} (id, chat_id, role, text, said, status, created_at)
          values (${`m${n}`}, ${chat}, 'assistant', ${`said by ${chat}`}, ${said}, 'done', ${at})`.execute(
          engine.db,
        )
      }
      await migrate(engine, { apply: true })
      const troubles = new StoreTroubles(systemClock, silentLogger)
      const store = createStore({ engine, secret: 's', warn: () => {}, clock: systemClock, troubles })
      expect(await tailOf(engine, 'u')).toEqual([])
      expect(await find(store, 'u', 'c449')).toEqual(['m449'])
      const stop = new AbortController()
      const interrupted = indexMessages(store, {
        signal: stop.signal,
        progress: null,
        report: async () => stop.abort(new Error('the instance stops')),
      })
      await expect(interrupted).rejects.toThrow('the instance stops')
      expect(await find(store, 'u', 'c449')).toEqual(['m449'])
      await indexMessages(store, { signal, progress: null, report: async () => {} })
      expect(await tailOf(engine, 'u')).toHaveLength(450)
      expect(await store.searchIndex.fill(10)).toBeNull()
      expect(await find(store, 'u', 'c000')).toEqual(['m0'])
      // Code of schema 8 still writes while instances are replaced.
      await sql`insert into ${engine.table('message')} (id, chat_id, role, text, said, status, created_at)
        values ('late', 'c001', 'user', 'turbot', 'turbot', 'done', 1000)`.execute(engine.db)
      expect(await find(store, 'u', 'turbot')).toEqual(['late'])
    })

    test('the job moves a long tail into blocks and leaves a short one', async () => {
      const { engine, store } = await open()
      const [busy, quiet] = [await givenUser(store), await givenUser(store)]
      await givenAnswer(store, quiet.id, 'cod')
      const answers: string[] = []
      for (let n = 0; n < 3; n++)
        answers.push((await givenAnswer(store, busy.id, `word${n} `.repeat(120_000))).id)
      const reports: unknown[] = []
      await indexMessages(store, {
        signal,
        progress: null,
        report: async (progress) => void reports.push(progress),
      })
      expect(reports).toEqual([{ moved: expect.any(Number) }])
      const tail = await tailOf(engine, busy.id)
      expect(tail.length).toBeLessThan(6)
      expect(await tailOf(engine, quiet.id)).toHaveLength(2)
      for (const [n, id] of answers.entries()) expect(await find(store, busy.id, `word${n}`)).toEqual([id])
    })
  })
}
