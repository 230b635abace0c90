import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ended, givenRun, givenUser, part } from '../../test/support/store-fixture.ts'
import { newId, silentLogger, systemClock } from '../base/index.ts'
import { createStore } from './create-store.ts'
import { StoreTroubles } from './engine/store-troubles.ts'
import { migrate } from './migrate.ts'
import type { EmptyDatabase } from './migrate.contract.ts'
import { columnsOf, flagsOf } from './schema.ts'
import { allTables, factsOf } from './tables.ts'

export function describeTables(name: string, make: () => Promise<EmptyDatabase>): void {
  describe(`tables, ${name}`, () => {
    let database: EmptyDatabase
    beforeAll(async () => {
      database = await make()
      await migrate(database.engine, { apply: true })
    })
    afterAll(() => database.close())

    const inDatabase = async (): Promise<{ table: string; column: string; type: string }[]> => {
      const { engine } = database
      const found =
        engine.kind === 'postgres'
          ? sql<{ table: string; column: string; type: string }>`
              select table_name as table, column_name as column, data_type as type
              from information_schema.columns where table_schema = 'shoal'`
          : sql<{ table: string; column: string; type: string }>`
              select m.name as "table", c.name as "column", lower(c.type) as type
              from sqlite_master m, pragma_table_info(m.name) c
              where m.type = 'table' and m.name not like 'sqlite\\_%' escape '\\'`
      return (await found.execute(engine.db)).rows
    }

    test('the list has every table of the database, and every column', async () => {
      const found = await inDatabase()
      expect([...new Set(found.map(({ table }) => table))].toSorted()).toEqual(allTables.toSorted())
      for (const table of allTables) {
        const columns = found.filter((row) => row.table === table)
        expect(columns.map(({ column }) => column).toSorted(), table).toEqual(columnsOf(table).toSorted())
        const flags = columns.filter(({ type }) => type === 'boolean').map(({ column }) => column)
        expect(flags.toSorted(), table).toEqual(flagsOf(table).toSorted())
        expect(columnsOf(table), table).toEqual(expect.arrayContaining([...(factsOf(table).secrets ?? [])]))
      }
    })

    test('deleting an account leaves rows only in the tables that the list marks as kept', async () => {
      const { engine } = database
      const troubles = new StoreTroubles(systemClock, silentLogger)
      const store = createStore({ engine, secret: 's', warn: () => {}, clock: systemClock, troubles })
      const user = await givenUser(store)
      const times = { createdAt: 1, lastUsedAt: 1, expiresAt: null }
      const session = {
        id: newId(),
        userId: user.id,
        epoch: user.tokenEpoch,
        device: '',
        address: '',
        ...times,
      }
      await store.sessions.create(session)
      const key = {
        id: newId(),
        userId: user.id,
        name: 'k',
        hash: newId(),
        hint: 'h',
        suspended: false,
        ...times,
      }
      await store.apiKeys.create(key)
      await ended(store, (await givenRun(store, user.id)).run, 'Yes')
      await store.folders.create(user.id, 'Work')
      await store.searchIndex.moveTailIntoBlock(user.id, new AbortController().signal)
      await store.runs.save([part((await givenRun(store, user.id)).run, 0, 'half')])
      const personal = allTables.filter((table) => factsOf(table).erasure === 'deleted')
      const count = async (table: (typeof personal)[number]): Promise<number> =>
        (await sql`select * from ${engine.table(table)}`.execute(engine.db)).rows.length
      for (const table of personal) expect(await count(table), table).toBeGreaterThan(0)
      await sql`delete from ${engine.table('account')} where id = ${user.id}`.execute(engine.db)
      for (const table of personal) expect(await count(table), table).toBe(0)
    })
  })
}
