import { sql } from 'kysely'
import { cleanText } from '../../../base/index.ts'
import type { RunRow } from '../../contract/runs.ts'
import type { Engine } from '../../engine/engine.ts'
import { runColumns, toRun } from './run-row.ts'

/** Also returns a run that has ended, without changing it. */
export function requestStop(engine: Engine, id: string, userId: string | null): Promise<RunRow | undefined> {
  return engine.run(async (db) => {
    const row = await db
      .updateTable('run')
      .set({ stop: sql<boolean>`case when status = 'running' then true else stop end` })
      .where('id', '=', cleanText(id))
      .$if(userId !== null, (query) => query.where('user_id', '=', userId ?? ''))
      .returning(runColumns)
      .executeTakeFirst()
    return row && toRun(row)
  })
}

export async function releaseRuns(
  engine: Engine,
  runs: { id: string; fence: number }[],
  me: string,
): Promise<string[]> {
  if (runs.length === 0) return []
  return engine.run(async (db) => {
    const rows = await db
      .updateTable('run')
      .set({ owner: '' })
      .where('status', '=', 'running')
      .where('owner', '=', me)
      .where((eb) => eb.or(runs.map(({ id, fence }) => eb.and({ id, fence }))))
      .returning('id')
      .execute()
    return rows.map(({ id }) => id)
  })
}
