import { sql } from 'kysely'
import { cleanText } from '../../../base/index.ts'
import type { Runs, SavePart } from '../../contract/runs.ts'
import type { Engine } from '../../engine/engine.ts'

/**
 * Saves all parts in one transaction. The statement that writes a part first locks its run's row by id, fence and saved
 * length: a fence in another row would not protect the text (rule 6). A part without text only updates the position.
 */
export async function saveParts(engine: Engine, parts: SavePart[]): ReturnType<Runs['save']> {
  if (parts.length === 0) return new Map()
  // The last line of defence: one invalid character would make the whole batch fail. Cleaning keeps the length.
  const clean = parts.map((part) => ({ ...part, text: cleanText(part.text) }))
  for (const { id, length, text } of clean) {
    if (length !== text.length) {
      throw new RangeError(
        `part of run ${id}: length says ${length}, its text has ${text.length} UTF-16 units`,
      )
    }
  }
  const saved =
    engine.kind === 'postgres' ? await saveInOneStatement(engine, clean) : await saveInSteps(engine, clean)
  return new Map(saved.map(({ id, stop }) => [id, { stop: Boolean(stop) }]))
}

interface Saved {
  id: string
  stop: boolean | number
}

function saveInOneStatement(engine: Engine, parts: SavePart[]): Promise<Saved[]> {
  const run = engine.table('run')
  const column = <T>(value: (part: SavePart) => T): T[] => parts.map(value)
  return engine.run(async (db) => {
    const { rows } = await sql<Saved>`
      with input as (
        select * from unnest(
          ${column((p) => p.id)}::text[], ${column((p) => p.fence)}::bigint[], ${column((p) => p.start)}::int[],
          ${column((p) => p.length)}::int[], ${column((p) => p.seq)}::int[],
          ${column((p) => JSON.stringify(p.starts))}::text[], ${column((p) => p.text)}::text[]
        ) as t (id, fence, start, len, seq, starts, text)
      ),
      -- in one order, so that two instances that save the same runs do not wait for each other in a circle
      held as materialized (
        select r.id from ${run} r where r.id = any(${column((p) => p.id)}::text[]) order by r.id for update
      ),
      locked as (
        update ${run} r set saved = i.start + i.len, saved_fence = r.fence, saved_seq = i.seq, starts = i.starts,
          saved_at = ${engine.now}
        from input i, held h
        where r.id = i.id and h.id = r.id and r.fence = i.fence and r.saved = i.start and r.status = 'running'
        returning r.id, r.stop
      ),
      part as (
        insert into ${engine.table('run_part')} (run_id, start, text)
        select i.id, i.start, i.text from input i join locked l using (id) where i.text <> ''
      )
      select id, stop from locked`.execute(db)
    return rows
  })
}

function saveInSteps(engine: Engine, parts: SavePart[]): Promise<Saved[]> {
  return engine.transaction(async (trx) => {
    const saved: Saved[] = []
    for (const { id, fence, start, length, seq, starts, text } of parts) {
      const row = await trx
        .updateTable('run')
        .set({
          saved: start + length,
          saved_fence: fence,
          saved_seq: seq,
          starts: JSON.stringify(starts),
          saved_at: engine.now,
        })
        .where('id', '=', id)
        .where('fence', '=', fence)
        .where('saved', '=', start)
        .where('status', '=', 'running')
        .returning(['id', 'stop'])
        .executeTakeFirst()
      if (!row) continue
      saved.push(row)
      if (text !== '') await trx.insertInto('run_part').values({ run_id: id, start, text }).execute()
    }
    return saved
  })
}
