import { sql } from 'kysely'
import { cleanText } from '../../../base/index.ts'
import type { Runs } from '../../contract/runs.ts'
import type { Engine } from '../../engine/engine.ts'

type Part = Parameters<Runs['replaceSavedText']>[0]

/** The first save of an owner that restarts the answer; it replaces the text of earlier fences, once per fence. */
export async function replaceSavedText(engine: Engine, given: Part): ReturnType<Runs['replaceSavedText']> {
  const part = { ...given, text: cleanText(given.text) }
  if (part.length !== part.text.length) {
    throw new RangeError(
      `part of run ${part.id}: length says ${part.length}, its text has ${part.text.length} UTF-16 units`,
    )
  }
  const stop = engine.kind === 'postgres' ? await inOneStatement(engine, part) : await inSteps(engine, part)
  return stop === undefined ? undefined : { stop: Boolean(stop) }
}

// Part 0 is replaced if there is text and deleted otherwise: one statement may not delete and insert the same row.
async function inOneStatement(engine: Engine, part: Part): Promise<boolean | number | undefined> {
  const parts = engine.table('run_part')
  const { id, fence, length, seq, starts, text } = part
  return engine.run(async (db) => {
    const { rows } = await sql<{ stop: boolean }>`
      with locked as (
        update ${engine.table('run')} r set saved = ${length}::int, saved_fence = r.fence, saved_seq = ${seq}::int,
          starts = ${JSON.stringify(starts)}, saved_at = ${engine.now}
        where r.id = ${id} and r.fence = ${fence} and r.saved_fence < r.fence and r.status = 'running'
        returning r.id, r.stop
      ),
      deleted as (
        delete from ${parts} p using locked l where p.run_id = l.id and (p.start > 0 or ${text}::text = '')
      ),
      part as (
        insert into ${parts} (run_id, start, text) select id, 0, ${text}::text from locked where ${text}::text <> ''
        on conflict (run_id, start) do update set text = excluded.text
      )
      select stop from locked`.execute(db)
    return rows[0]?.stop
  })
}

async function inSteps(engine: Engine, part: Part): Promise<boolean | number | undefined> {
  const { id, fence, length, seq, starts, text } = part
  return engine.transaction(async (trx) => {
    const row = await trx
      .updateTable('run')
      .set({
        saved: length,
        saved_fence: fence,
        saved_seq: seq,
        starts: JSON.stringify(starts),
        saved_at: engine.now,
      })
      .where('id', '=', id)
      .where('fence', '=', fence)
      .where('saved_fence', '<', fence)
      .where('status', '=', 'running')
      .returning('stop')
      .executeTakeFirst()
    if (!row) return undefined
    await trx.deleteFrom('run_part').where('run_id', '=', id).execute()
    if (text !== '') await trx.insertInto('run_part').values({ run_id: id, start: 0, text }).execute()
    return row.stop
  })
}
