import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import type { Engine } from './engine/engine.ts'
import { migrate, SchemaMismatch } from './migrate.ts'
import { migrations } from './migrations/all.ts'
import { checksumOf } from './migrations/checksum.ts'
import type { Migration } from './migrations/migration.ts'

export interface EmptyDatabase {
  engine: Engine
  /** The engine of another instance; the same engine if the database belongs to one process. */
  another(): Engine
  close(): Promise<void>
}

const step = (number: number, about: Partial<Migration> = {}): Migration => ({
  number,
  name: `step ${number}`,
  kind: 'expand',
  oldestCode: 1,
  statements: (prefix) => [`create table ${prefix}later_${number} (id text not null primary key)`],
  ...about,
})

export function describeMigrate(name: string, make: () => Promise<EmptyDatabase>): void {
  describe(`migrations, ${name}`, () => {
    const opened: EmptyDatabase[] = []
    const fresh = async (): Promise<EmptyDatabase> => {
      const database = await make()
      opened.push(database)
      return database
    }
    afterAll(() => Promise.all(opened.map((database) => database.close())))

    test('instances that start at the same time apply each step once', async () => {
      const database = await fresh()
      const { engine } = database
      const steps = await Promise.all(
        [engine, database.another(), database.another(), database.another()].map((each) =>
          migrate(each, { apply: true }),
        ),
      )
      expect(steps.flat()).toEqual(migrations.map(({ number }) => number))
      const rows = await engine.db.selectFrom('schema_migration').select(['number', 'kind']).execute()
      expect(rows).toHaveLength(migrations.length)
      const revisions = await engine.db.selectFrom('revision').select('nonce').execute()
      expect(new Set(revisions.map(({ nonce }) => nonce)).size).toBe(3)
      expect(await migrate(engine, { apply: true })).toEqual([])
      expect(await migrate(engine, { apply: false })).toEqual([])
    })

    test('an outdated database is refused if no step may be applied, and the error names the missing steps', async () => {
      const { engine } = await fresh()
      const attempt = migrate(engine, { apply: false })
      await expect(attempt).rejects.toThrow(SchemaMismatch)
      await expect(attempt).rejects.toThrow(/database is too old.*1 \(initial\).*shoal migrate/)
    })

    test('older code accepts a step that only adds, and rejects one that removes, with the message that it is too old', async () => {
      const { engine } = await fresh()
      await migrate(engine, { apply: true, migrations: [step(1), step(2)] })
      expect(await migrate(engine, { apply: true, migrations: [step(1)] })).toEqual([])
      await migrate(engine, {
        apply: true,
        migrations: [step(1), step(2), step(3, { kind: 'contract', oldestCode: 2 })],
      })
      expect(await migrate(engine, { apply: true, migrations: [step(1), step(2)] })).toEqual([])
      const attempt = migrate(engine, { apply: true, migrations: [step(1)] })
      await expect(attempt).rejects.toThrow(SchemaMismatch)
      await expect(attempt).rejects.toThrow(/this version is too old.*schema 3.*knows schema 2.*knows 1/)
    })

    test.each(['chat', 'schema_migration'])(
      'a database with a table %s of another program is refused with the cure, and not changed',
      async (table) => {
        const { engine } = await fresh()
        const place = engine.kind === 'postgres' ? 'shoal.' : ''
        if (place !== '') await sql`create schema shoal`.execute(engine.db)
        await sql.raw(`create table ${place}${table} (version text)`).execute(engine.db)
        await sql.raw(`insert into ${place}${table} values ('theirs')`).execute(engine.db)
        const attempt = migrate(engine, { apply: true })
        await expect(attempt).rejects.toThrow(SchemaMismatch)
        await expect(attempt).rejects.toThrow(
          /of another program; nothing was changed: .*(DATABASE_URL|DATA_DIR)/,
        )
        const { rows } = await sql.raw(`select version from ${place}${table}`).execute(engine.db)
        expect(rows).toEqual([{ version: 'theirs' }])
      },
    )

    test('O15: a different step of the same number, from another commit, is refused by its checksum, and nothing is changed', async () => {
      const { engine } = await fresh()
      await migrate(engine, { apply: true, migrations: [step(1), step(2)] })
      const other = step(2, {
        name: 'other',
        statements: (prefix) => [`create table ${prefix}other (id text not null primary key)`],
      })
      for (const migrations of [
        [step(1), other],
        [step(1), other, step(3)],
      ]) {
        const attempt = migrate(engine, { apply: true, migrations })
        await expect(attempt).rejects.toThrow(SchemaMismatch)
        await expect(attempt).rejects.toThrow(
          /made by another commit: its migration 2 \(step 2, \w{8}\) is not .*\(other, \w{8}\); run the version that made it/,
        )
      }
      const rows = await engine.db.selectFrom('schema_migration').select('number').execute()
      expect(rows).toHaveLength(2)
      expect(await migrate(engine, { apply: true, migrations: [step(1), step(2)] })).toEqual([])
    })

    test('O15: the layout of a step’s statements does not change its checksum', async () => {
      const { engine } = await fresh()
      await migrate(engine, { apply: true, migrations: [step(1)] })
      const same = step(1, {
        statements: (prefix) => [
          `create table ${prefix}later_1
             (id text not null primary key)`,
        ],
      })
      expect(await migrate(engine, { apply: true, migrations: [same] })).toEqual([])
    })

    test('O15: a database without checksums still works, and has them after its next step', async () => {
      const { engine } = await fresh()
      await migrate(engine, { apply: true, migrations: [step(1)] })
      const table = engine.table('schema_migration')
      await sql`alter table ${table} drop column checksum`.execute(engine.db)
      expect(await migrate(engine, { apply: true, migrations: [step(1)] })).toEqual([])
      expect(await migrate(engine, { apply: true, migrations: [step(1), step(2)] })).toEqual([2])
      const rows = await engine.db.selectFrom('schema_migration').select('checksum').execute()
      expect(rows.map(({ checksum }) => checksum)).toEqual([checksumOf(step(1)), checksumOf(step(2))])
    })

    test('a step that needs rows filled by a job is refused until all are filled, and nothing is changed', async () => {
      const { engine } = await fresh()
      const table = (prefix: string): string => `${prefix}later_1`
      const first = step(1)
      const fill = sql.raw(
        `insert into ${table(engine.kind === 'postgres' ? 'shoal.' : '')} values ('unfilled')`,
      )
      const last = step(3, {
        kind: 'contract',
        after: {
          job: 'fill-it',
          unfilled: (prefix) => `select 1 from ${table(prefix)} where id = 'unfilled' limit 1`,
        },
      })
      await migrate(engine, { apply: true, migrations: [first] })
      await fill.execute(engine.db)
      const attempt = migrate(engine, { apply: true, migrations: [first, step(2), last] })
      await expect(attempt).rejects.toThrow(SchemaMismatch)
      await expect(attempt).rejects.toThrow(/migration 3 .* background job fill-it; nothing was changed/)
      expect(await migrate(engine, { apply: true, migrations: [first, step(2)] })).toEqual([2])
      await sql.raw(`delete from ${table(engine.kind === 'postgres' ? 'shoal.' : '')}`).execute(engine.db)
      expect(await migrate(engine, { apply: true, migrations: [first, step(2), last] })).toEqual([3])
    })

    test('a step that fails leaves nothing behind', async () => {
      const { engine } = await fresh()
      const broken = step(2, { statements: (prefix) => [`create table ${prefix}half (id text)`, 'nonsense'] })
      await expect(migrate(engine, { apply: true, migrations: [step(1), broken] })).rejects.toThrow(
        /nonsense/,
      )
      const half = sql`select * from ${engine.kind === 'postgres' ? sql`shoal.half` : sql`half`}`
      await expect(engine.run((db) => half.execute(db))).rejects.toThrow(/half/)
      expect(await migrate(engine, { apply: true, migrations: [step(1), step(2)] })).toEqual([1, 2])
    })
  })
}
