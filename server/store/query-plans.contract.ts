import { sql } from 'kysely'
import type { Compilable, CompiledQuery } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from './engine/engine.ts'
import type { EmptyDatabase } from './migrate.contract.ts'
import { migrate } from './migrate.ts'
import { chatListQuery } from './queries/chats/list-chats.ts'
import { selectMessages } from './queries/chats/message-row.ts'
import { searchQuery } from './search/scan-chats.ts'
import { runningListQuery } from './queries/runs/read-runs.ts'
import { userListQuery } from './queries/users.ts'

const rows = 4000

/** Lists are paged by key: the database finds the page with an index and does not sort. */
export function describeQueryPlans(name: string, make: () => Promise<EmptyDatabase>): void {
  describe(`query plans, ${name}`, () => {
    let database: EmptyDatabase
    let engine: Engine
    beforeAll(async () => {
      database = await make()
      ;({ engine } = database)
      await migrate(engine, { apply: true })
      await fill(engine)
    })
    afterAll(() => database.close())

    async function planOf(query: CompiledQuery): Promise<string> {
      const words = engine.kind === 'postgres' ? 'explain ' : 'explain query plan '
      const { rows } = await engine.db.executeQuery<Record<string, unknown>>({
        ...query,
        sql: words + query.sql,
      })
      return rows.map((row) => String(row['QUERY PLAN'] ?? row['detail'])).join('\n')
    }

    const after = { at: 3000, id: 'x' }
    const plans: [string, RegExp, () => Compilable][] = [
      [
        'chats of a user',
        /chat_by_activity/,
        () => chatListQuery(engine, engine.db, { userId: 'u1', archived: false, after, limit: 10 }),
      ],
      [
        'pinned chats',
        /chat_pinned/,
        () =>
          chatListQuery(engine, engine.db, { userId: 'u1', archived: false, pinned: true, after, limit: 10 }),
      ],
      [
        'chats in a folder',
        /chat_in_folder/,
        () =>
          chatListQuery(engine, engine.db, { userId: 'u1', archived: false, folder: 'f', after, limit: 10 }),
      ],
      ['users', /account_newest/, () => userListQuery(engine, engine.db, { after, limit: 10 })],
      [
        'running runs of all',
        /run_running_by_start/,
        () => runningListQuery(engine.db, { userId: null, after, limit: 10 }),
      ],
      [
        'running runs of a user',
        /run_running_by_user|run_running_by_start/,
        () => runningListQuery(engine.db, { userId: 'u1', after, limit: 10 }),
      ],
    ]

    for (const [list, index, query] of plans) {
      test(`${list}: by index, without a sort`, async () => {
        const plan = await planOf(query().compile())
        expect(plan).toMatch(index)
        expect(plan).not.toMatch(
          /Seq Scan on (chat|account|run) |SCAN (chat|account|run)\b(?!.* USING)|TEMP B-TREE|Sort /,
        )
      })
    }

    test('a search only reads the messages of its chats', async () => {
      const plan = await planOf(searchQuery(engine, ['c1', 'c2', 'c3'], ['x']).compile(engine.db))
      expect(plan).toMatch(/message_of_chat/)
      expect(plan).not.toMatch(/Seq Scan on message|SCAN m\b/)
    })

    test('messages of a chat are read by an index', async () => {
      const rest = sql`where m.chat_id = ${'c1'} and m.deleted_at is null order by m.created_at, m.id`
      const plan = await planOf(selectMessages(engine, rest).compile(engine.db))
      expect(plan).toMatch(/message_of_chat/)
      expect(plan).not.toMatch(/Seq Scan on message|SCAN m\b/)
    })
  })
}

/** Writes 4 users with 1,000 chats each and one message per chat; every second answer is running. */
async function fill(engine: Engine): Promise<void> {
  const numbers =
    engine.kind === 'postgres'
      ? sql`select n from generate_series(1, ${sql.lit(rows)}) as g (n)`
      : sql`with recursive g (n) as (select 1 union all select n + 1 from g where n < ${sql.lit(rows)}) select n from g`
  const fillings = [
    sql`insert into ${engine.table('account')} (id, email, email_key, name, search, password_hash, role, token_epoch, created_at)
      select 'u' || n, 'e' || n, 'e' || n, 'n', 's', 'h', 'user', 'e', n from (${numbers}) as f`,
    sql`insert into ${engine.table('chat')} (id, user_id, title, title_by, created_at, updated_at, pinned, folder)
      select 'c' || n, 'u' || (n % 4 + 1), 't', 'words', n, n, n % 40 < 4, case when n % 20 < 4 then 'f' end from (${numbers}) as f`,
    sql`insert into ${engine.table('message')} (id, chat_id, role, text, said, status, created_at)
      select 'm' || n, 'c' || n, 'assistant', 'x', 'x', 'done', n from (${numbers}) as f`,
    sql`insert into ${engine.table('run')} (id, chat_id, message_id, user_id, parent_id, model, status, owner, fence, started_at)
      select 'r' || n, 'c' || n, 'm' || n, 'u' || (n % 4 + 1), 'p' || n, 'm',
        case when n % 2 = 0 then 'running' else 'done' end, 'o', n, n from (${numbers}) as f`,
    sql`analyze`,
  ]
  for (const filling of fillings) await filling.execute(engine.db)
}
