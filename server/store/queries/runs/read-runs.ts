import { sql } from 'kysely'
import type { MessageMeta } from '../../contract/chats.ts'
import type { RunIds, RunRow, Runs } from '../../contract/runs.ts'
import { readCursor, toPage } from '../../cursor.ts'
import type { Db, Engine } from '../../engine/engine.ts'
import { runColumns, runColumnsOfR, toRun } from './run-row.ts'
import type { StoredRun } from './run-row.ts'

export function readRun(engine: Engine, id: string): Promise<RunRow | undefined> {
  return engine.run(async (db) => {
    const row = await db.selectFrom('run').select(runColumns).where('id', '=', id).executeTakeFirst()
    return row && toRun(row)
  })
}

export function readRunWithText(engine: Engine, id: string): ReturnType<Runs['readWithText']> {
  return engine.run(async (db) => {
    const { rows } = await sql<StoredRun & { text: string; meta: string }>`
      select ${runColumnsOfR}, m.meta,
        case when r.status = 'running' then ${engine.joinedParts(sql`r.id`)} else m.text end as text
      from ${engine.table('run')} r join ${engine.table('message')} m on m.id = r.message_id
      where r.id = ${id}`.execute(db)
    const [row] = rows
    return row && { ...toRun(row), text: row.text, meta: JSON.parse(row.meta) as MessageMeta }
  })
}

export function listOwners(engine: Engine): ReturnType<Runs['listOwners']> {
  return engine.run((db) =>
    db
      .selectFrom('run')
      .select((eb) => ['owner', eb.fn.countAll<number>().as('runs')])
      .where('status', '=', sql.lit('running'))
      .groupBy('owner')
      .execute(),
  )
}

export function listOwned(engine: Engine, incarnation: string): Promise<RunRow[]> {
  return engine.run(async (db) => {
    const rows = await db
      .selectFrom('run')
      .select(runColumns)
      .where('status', '=', sql.lit('running'))
      .where('owner', '=', incarnation)
      .execute()
    return rows.map(toRun)
  })
}

export function listRunning(
  engine: Engine,
  query: Parameters<Runs['listRunning']>[0],
): ReturnType<Runs['listRunning']> {
  return engine.run(async (db) => {
    const rows = await runningListQuery(db, { ...query, after: readCursor(query.cursor) }).execute()
    return toPage(rows, query.limit, { key: (row) => [row.started_at, row.id], map: toRun })
  })
}

export function readBeforeStart(
  engine: Engine,
  userId: string,
  clientId: string,
): ReturnType<Runs['readBeforeStart']> {
  return engine.run(async (db) => {
    const { rows } = await sql<RequestedIds & { running: number }>`
      select q.chat_id as "chatId", q.user_message_id as "userMessageId", q.message_id as "messageId",
        q.run_id as "runId", c.running
      from (select count(*) as running from ${engine.table('run')} r
        where r.status = 'running' and r.user_id = ${userId}) c
      left join ${engine.table('run_request')} q on q.user_id = ${userId} and q.client_id = ${clientId}`.execute(
      db,
    )
    const { running = 0, ...ids } = rows[0] ?? {}
    return { ids: isKnown(ids) ? ids : undefined, running }
  })
}

type RequestedIds = { [K in keyof RunIds]: RunIds[K] | null }

function isKnown(ids: Partial<RequestedIds>): ids is RunIds {
  return typeof ids.runId === 'string'
}

interface RunningListQuery {
  userId: string | null
  after: { at: number; id: string } | undefined
  limit: number
}

/** Newest first, after the key `after`. The status is a literal: with a parameter, the partial index is not used. */
export function runningListQuery(db: Db, { userId, after, limit }: RunningListQuery) {
  return db
    .selectFrom('run')
    .select(runColumns)
    .where('status', '=', sql.lit('running'))
    .$if(userId !== null, (query) => query.where('user_id', '=', userId ?? ''))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(started_at, id) < (${after?.at}, ${after?.id})`),
    )
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
}
