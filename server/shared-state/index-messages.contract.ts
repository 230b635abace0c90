import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { find, givenAnswer, tailOf } from '../../test/support/search-fixture.ts'
import { givenUser } from '../../test/support/store-fixture.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { createStore } from '../store/create-store.ts'
import type { Engine } from '../store/engine/engine.ts'
import { StoreTroubles } from '../store/engine/store-troubles.ts'
import type { EmptyDatabase } from '../store/migrate.contract.ts'
import { migrate } from '../store/migrate.ts'
import { migrations } from '../store/migrations/all.ts'
import type { Store } from '../store/store.ts'
import { indexMessages } from './index-messages.ts'

const { signal } = new AbortController()

export function describeIndexing(name: string, make: () => Promise<EmptyDatabase>): void {
  describe(`indexing of messages, ${name}`, () => {
    const opened: EmptyDatabase[] = []
    afterEach(async () => {
      for (const database of opened.splice(0)) await database.close()
    })

    async function open(): Promise<{ engine: Engine; store: Store }> {
      const database = await make()
      opened.push(database)
      const { engine } = database
      const troubles = new StoreTroubles(systemClock, silentLogger)
      const store = createStore({ engine, secret: 's', warn: () => {}, clock: systemClock, troubles })
      return { engine, store }
    }

    test('the job adds messages of an older version; until then, a search reads the texts', async () => {
      const { engine, store } = await open()
      await migrate(engine, { apply: true, migrations: migrations.slice(0, 8) })
      await sql`insert into ${engine.table('account')}
        (id, email, email_key, name, search, role, token_epoch, created_at)
        values ('u', 'u@x', 'u@x', 'U', 'u', 'user', 'e', 1)`.execute(engine.db)
      for (let n = 0; n < 150; n++) {
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
      expect(await tailOf(engine, 'u')).toEqual([])
      expect(await find(store, 'u', 'c149')).toEqual(['m149'])
      const stop = new AbortController()
      const interrupted = indexMessages(store, {
        signal: stop.signal,
        progress: null,
        report: async () => stop.abort(new Error('the instance stops')),
      })
      await expect(interrupted).rejects.toThrow('the instance stops')
      expect(await find(store, 'u', 'c149')).toEqual(['m149'])
      await indexMessages(store, { signal, progress: null, report: async () => {} })
      expect(await tailOf(engine, 'u')).toHaveLength(150)
      expect(await store.searchIndex.fill(10)).toBeNull()
      expect(await find(store, 'u', 'c000')).toEqual(['m0'])
      // Code of schema 8 still writes while instances are replaced.
      await sql`insert into ${engine.table('message')} (id, chat_id, role, text, said, status, created_at)
        values ('late', 'c001', 'user', 'turbot', 'turbot', 'done', 1000)`.execute(engine.db)
      expect(await find(store, 'u', 'turbot')).toEqual(['late'])
    })

    test('the job moves a long tail into blocks and leaves a short one', async () => {
      const { engine, store } = await open()
      await migrate(engine, { apply: true })
      await indexMessages(store, { signal, progress: null, report: async () => {} })
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
