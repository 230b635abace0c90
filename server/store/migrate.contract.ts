import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import type { Engine } from './engine/engine.ts'
import { migrate, SchemaMismatch } from './migrate.ts'
import { migrations } from './migrations/all.ts'
import type { Migration } from './migrations/migration.ts'

export interface EmptyDatabase {
  engine: Engine
  /** Another instance's; the same one where a database belongs to one process. */
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

    test('instances that start together make each step once', async () => {
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

    test('a database that is behind is refused where nothing may be applied, with what it lacks', async () => {
      const { engine } = await fresh()
      const attempt = migrate(engine, { apply: false })
      await expect(attempt).rejects.toThrow(SchemaMismatch)
      await expect(attempt).rejects.toThrow(/database is too old.*1 \(initial\).*shoal migrate/)
    })

    test('older code lives with a step that only adds, and refuses one that takes away, saying that it is too old', async () => {
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
      'what another program keeps there (a table %s) is refused with the cure, and left as it is',
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
