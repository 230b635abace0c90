import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { claimBy, ended, givenRun, givenUser, part, started } from '../../test/support/store-fixture.ts'
import { newId, silentLogger, systemClock } from '../base/index.ts'
import { createStore } from './create-store.ts'
import type { Engine } from './engine/engine.ts'
import { StoreTroubles } from './engine/store-troubles.ts'
import { migrate } from './migrate.ts'
import type { EmptyDatabase } from './migrate.contract.ts'
import { migrations } from './migrations/all.ts'
import { searchQuery } from './search/scan-chats.ts'
import type { Store } from './store.ts'

const thought = '<think>\ntides\n</think>\n\n'

/** Writes a user with a chat, a question, an answer and a session, as code of schema 7 wrote them. */
async function fillOlder(engine: Engine): Promise<void> {
  const rows = [
    sql`insert into ${engine.table('account')}
        (id, email, email_key, name, search, password_hash, role, token_epoch, created_at)
      values ('u', 'u@x', 'u@x', 'U', 'u', 'h', 'user', 'e', 1)`,
    sql`insert into ${engine.table('session')} (id, user_id, epoch, device, address, created_at, last_used_at)
      values ('s', 'u', 'e', '', '', 1, 1)`,
    sql`insert into ${engine.table('chat')}
        (id, user_id, title, title_key, title_by, share_id, created_at, updated_at)
      values ('c', 'u', 'T', 't', 'words', null, 1, 1)`,
    sql`insert into ${engine.table('message')} (id, chat_id, parent_id, role, text, status, created_at)
      values ('q', 'c', null, 'user', ${`${thought}typed`}, 'done', 1),
        ('a', 'c', 'q', 'assistant', ${`${thought}${'word '.repeat(200)}moon`}, 'done', 2)`,
    sql`insert into ${engine.table('run')}
        (id, chat_id, message_id, user_id, parent_id, model, status, owner, fence, started_at)
      values ('r', 'c', 'a', 'u', 'q', 'm', 'done', 'o', 1, 1)`,
  ]
  for (const row of rows) await row.execute(engine.db)
}

/** Names of the tables' constraints, indexes and foreign keys. */
async function keysAndIndexes(engine: Engine): Promise<string[]> {
  const found =
    engine.kind === 'postgres'
      ? sql<{ text: string }>`select indexdef as text from pg_indexes where schemaname = 'shoal'
          union all select conname || ' ' || pg_get_constraintdef(c.oid) from pg_constraint c
          join pg_namespace n on n.oid = c.connamespace where n.nspname = 'shoal' and contype <> 'c' order by 1`
      : sql<{
          text: string
        }>`select name || ' ' || coalesce(sql, '') as text from sqlite_master where type in ('index', 'trigger')
          union all select m.name || ' ' || f."from" || ' ' || f."table" || ' ' || f.on_delete
          from sqlite_master m, pragma_foreign_key_list(m.name) f order by 1`
  return (await found.execute(engine.db)).rows.map(({ text }) => text)
}

async function saidOf(engine: Engine, id: string): Promise<string | null | undefined> {
  const row = await engine.db.selectFrom('message').select('said').where('id', '=', id).executeTakeFirst()
  return row?.said
}

export function describeVisibleWords(name: string, make: () => Promise<EmptyDatabase>): void {
  describe(`visible words, ${name}`, () => {
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

    async function openOlder(): Promise<{ engine: Engine; store: Store }> {
      const database = await open()
      await migrate(database.engine, { apply: true, migrations: migrations.slice(0, 7) })
      await fillOlder(database.engine)
      await migrate(database.engine, { apply: true })
      return database
    }

    async function openCurrent(): Promise<{ engine: Engine; store: Store }> {
      const database = await open()
      await migrate(database.engine, { apply: true })
      return database
    }

    async function expectRowsKept(engine: Engine): Promise<void> {
      for (const table of ['account', 'session', 'chat', 'run'] as const) {
        expect(await engine.db.selectFrom(table).select('id').execute(), table).toHaveLength(1)
      }
      expect(await engine.db.selectFrom('message').select('id').execute()).toHaveLength(2)
      if (engine.kind === 'postgres') return
      expect((await sql`pragma integrity_check`.execute(engine.db)).rows).toEqual([{ integrity_check: 'ok' }])
      expect((await sql`pragma foreign_key_check`.execute(engine.db)).rows).toEqual([])
      expect((await sql`pragma foreign_keys`.execute(engine.db)).rows).toEqual([{ foreign_keys: 1 }])
    }

    test('the step keeps every row, key and index, and the integrity of the database', async () => {
      const { engine } = await open()
      await migrate(engine, { apply: true, migrations: migrations.slice(0, 7) })
      await fillOlder(engine)
      const before = await keysAndIndexes(engine)
      await migrate(engine, { apply: true, migrations: migrations.slice(0, 8) })
      expect(await keysAndIndexes(engine)).toEqual(before)
      await expectRowsKept(engine)
      const messages = engine.db.selectFrom('message').select(['id', 'role', 'said', 'extra']).orderBy('id')
      expect(await messages.execute()).toEqual([
        { id: 'a', role: 'assistant', said: null, extra: '{}' },
        { id: 'q', role: 'user', said: null, extra: '{}' },
      ])
      expect(await engine.db.selectFrom('account').select(['role', 'password_hash']).execute()).toEqual([
        { role: 'user', password_hash: 'h' },
      ])
    })

    test('the database does not check roles, and an account may have no password', async () => {
      const { engine, store } = await openOlder()
      const user = await givenUser(store, { passwordHash: null })
      expect(user.passwordHash).toBeNull()
      await sql`update ${engine.table('account')} set role = 'auditor' where id = 'u'`.execute(engine.db)
      await sql`update ${engine.table('message')} set role = 'tool' where id = 'q'`.execute(engine.db)
      expect((await store.users.byId('u'))?.role).toBe('auditor')
      // Foreign keys still work.
      await sql`delete from ${engine.table('account')} where id = 'u'`.execute(engine.db)
      expect(await engine.db.selectFrom('message').select('id').execute()).toEqual([])
    })

    test('a search reads the texts of only a few rows of a chat with many old rows', async () => {
      const { engine } = await openOlder()
      for (let at = 0; at < 30; at++) {
        await sql`insert into ${engine.table('message')} (id, chat_id, parent_id, role, text, status, created_at)
          values (${`m${at}`}, 'c', null, 'user', 'the moon', 'done', ${10 + at})`.execute(engine.db)
      }
      const { rows } = await searchQuery(engine, ['c'], ['moon']).execute(engine.db)
      expect(rows.filter(({ text }) => text !== null)).toHaveLength(20)
    })

    test('old rows are derived from their text until the job has filled them, and read the same afterwards', async () => {
      const { engine, store } = await openOlder()
      const find = async (...words: string[]): Promise<unknown[]> =>
        (await store.chats.search({ userId: 'u', words, archived: false, limit: 10 })).items.map(
          ({ messageId, excerpt }) => [messageId, excerpt],
        )
      const read = async (): Promise<unknown> => [
        await find('moon'),
        await find('word', 'moon'),
        await find('tides'),
        await find('nowhere'),
        await store.chats.visiblePath('a', 'u'),
      ]
      const before = await read()
      expect(before).toEqual([
        [['a', expect.stringMatching(/^[word ]+moon$/)]],
        [['a', expect.stringMatching(/^[word ]+$/)]],
        // All that a user wrote is visible, even if it looks like reasoning.
        [['q', `${thought}typed`]],
        [],
        [
          { role: 'user', model: null, said: `${thought}typed` },
          { role: 'assistant', model: null, said: `${'word '.repeat(200)}moon` },
        ],
      ])
      expect(await store.chats.fillSaid('', 10)).toEqual({ filled: 2, next: 'c' })
      expect(await store.chats.fillSaid('c', 10)).toEqual({ filled: 0, next: null })
      expect(await saidOf(engine, 'a')).toBe(`${'word '.repeat(200)}moon`)
      expect(await read()).toEqual(before)
    })

    test('a batch moves on to the next chats, or repeats its chats if messages are left', async () => {
      const { engine, store } = await openOlder()
      for (let n = 0; n < 60; n++) {
        await sql`insert into ${engine.table('message')} (id, chat_id, role, text, status, created_at)
          values (${`m${n}`}, 'c', 'assistant', 'x', 'done', 3)`.execute(engine.db)
      }
      expect(await store.chats.fillSaid('', 10)).toEqual({ filled: 50, next: '' })
      expect(await store.chats.fillSaid('', 10)).toEqual({ filled: 12, next: 'c' })
    })

    test('a message has its visible text from the beginning, an answer when it ends', async () => {
      const { engine, store } = await openCurrent()
      const user = await givenUser(store)
      const { ids, run } = await givenRun(store, user.id, { form: { text: 'Fish?' } })
      expect(await saidOf(engine, ids.userMessageId)).toBe('Fish?')
      expect(await saidOf(engine, ids.messageId)).toBeNull()
      // The job does not fill a message whose text is still being written.
      await store.chats.fillSaid('', 10)
      expect(await saidOf(engine, ids.messageId)).toBeNull()
      await ended(store, run, `${thought}Yes`)
      expect(await saidOf(engine, ids.messageId)).toBe('Yes')
      const continued = {
        clientId: newId(),
        runId: newId(),
        userId: user.id,
        owner: 'me',
        model: 'm',
        stop: false,
      }
      const again = await started(store, { ...continued, form: { kind: 'continue', of: ids.messageId } })
      // If an instance of older code ends the run, no visible text is stored.
      expect(await saidOf(engine, ids.messageId)).toBeNull()
      const more = `${thought}Yes, fish.`
      const saved = `${thought}Yes`.length
      await store.runs.save([part(again.run, saved, ', fish.')])
      const end = { id: again.run.id, fence: again.run.fence, saved: more.length, starts: again.run.starts }
      await store.runs.finalise({ ...end, status: 'done', meta: {}, said: 'Yes, fish.' })
      expect(await saidOf(engine, ids.messageId)).toBe('Yes, fish.')
    })

    test('an answer that a claimant or a new epoch ends has its visible text', async () => {
      const { engine, store } = await openCurrent()
      await engine.db
        .insertInto('epoch')
        .values({ one: 1, id: 'e', begun_at: 1, reason: 'first', place: null })
        .execute()
      const user = await givenUser(store)
      const orphan = await givenRun(store, user.id, { owner: 'dead' })
      await store.runs.save([part(orphan.run, 0, 'half an ans')])
      const claimed = (await store.runs.claim(claimBy('me', orphan.run)))!
      const end = { id: claimed.id, fence: claimed.fence, saved: claimed.saved, starts: claimed.starts }
      await store.runs.finalise({ ...end, status: 'interrupted', meta: {}, said: claimed.text })
      expect(await saidOf(engine, orphan.ids.messageId)).toBe('half an ans')
      const running = await givenRun(store, user.id)
      await store.runs.save([part(running.run, 0, `${thought}half`)])
      expect((await store.epochs.begin('operator')).runs).toBe(1)
      expect(await saidOf(engine, running.ids.messageId)).toBe('half')
    })

    test('a lost conversation is restored with its visible text', async () => {
      const { engine, store } = await openCurrent()
      const user = await givenUser(store)
      const first = await givenRun(store, user.id)
      await ended(store, first.run, `${thought}Yes`)
      const next = await givenRun(store, user.id, {
        form: { chatId: first.ids.chatId, parentId: first.ids.messageId, text: 'And?' },
      })
      const path = await store.chats.path(next.ids.userMessageId, user.id)
      await sql`delete from ${engine.table('chat')}`.execute(engine.db)
      await store.runs.restoreLostRun({ run: next.run, path, title: 'T' })
      expect(await saidOf(engine, first.ids.messageId)).toBe('Yes')
      expect(await saidOf(engine, next.ids.userMessageId)).toBe('And?')
      expect(await saidOf(engine, next.ids.messageId)).toBeNull()
    })
  })
}
