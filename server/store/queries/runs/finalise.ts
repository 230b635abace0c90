import { sql } from 'kysely'
import { cleanText } from '../../../base/index.ts'
import type { Runs } from '../../contract/runs.ts'
import type { Engine } from '../../engine/engine.ts'

type Ending = Parameters<Runs['finalise']>[0]
type Ended = Awaited<ReturnType<Runs['finalise']>>

/**
 * Folds the parts into the message and marks the chat as answered. Fence and saved length have to match, so that no
 * concurrent save is left out of the message. The chat is locked first, as everywhere. An answer that ends after the
 * user has read the chat makes it unread even within the same millisecond.
 */
export function finaliseRun(engine: Engine, ending: Ending): Promise<Ended> {
  return engine.kind === 'postgres' ? inOneStatement(engine, ending) : inSteps(engine, ending)
}

function inOneStatement(engine: Engine, ending: Ending): Promise<Ended> {
  const { id, fence, saved, status, starts, meta } = ending
  const [run, chat, parts] = [engine.table('run'), engine.table('chat'), engine.table('run_part')]
  return engine.run(async (db) => {
    const { rows } = await sql<{ text: string; chatId: string }>`
      with held as materialized (
        select c.id from ${chat} c join ${run} r on r.chat_id = c.id where r.id = ${id} for no key update of c
      ),
      locked as (
        update ${run} r set status = ${status}, saved_fence = r.fence, starts = ${JSON.stringify(starts)}
        from held h
        where r.id = ${id} and h.id = r.chat_id and r.fence = ${fence} and r.saved = ${saved}::int
          and r.status = 'running'
        returning r.id, r.message_id, r.chat_id
      ),
      folded as (
        update ${engine.table('message')} m
        set status = ${status}, meta = ${metaText(meta)}, text = t.text, said = coalesce(${visiblePart(ending)}::text, t.text)
        -- offset 0: the parts are joined once, and not again for each of the two columns
        from locked l cross join lateral (select ${engine.joinedParts(sql`l.id`)} as text offset 0) t
        where m.id = l.message_id returning m.text
      ),
      deleted as (delete from ${parts} p using locked l where p.run_id = l.id),
      answered as (
        update ${chat} c
        set answered_at = ${engine.greatest(engine.now, sql`c.read_at + 1`)}, updated_at = ${engine.now}
        from locked l where c.id = l.chat_id
      )
      select folded.text, locked.chat_id as "chatId" from folded, locked`.execute(db)
    return rows[0]
  })
}

function inSteps(engine: Engine, ending: Ending): Promise<Ended> {
  const { id, fence, saved, status, starts, meta } = ending
  return engine.transaction(async (trx) => {
    const run = await trx
      .updateTable('run')
      .set({ status, saved_fence: fence, starts: JSON.stringify(starts) })
      .where('id', '=', id)
      .where('fence', '=', fence)
      .where('saved', '=', saved)
      .where('status', '=', 'running')
      .returning(['message_id', 'chat_id'])
      .executeTakeFirst()
    if (!run) return undefined
    const { text } = await trx
      .selectNoFrom(engine.joinedParts(sql`${id}`).as('text'))
      .executeTakeFirstOrThrow()
    await trx
      .updateTable('message')
      .set({ status, meta: metaText(meta), text, said: visiblePart(ending) ?? text })
      .where('id', '=', run.message_id)
      .execute()
    await trx.deleteFrom('run_part').where('run_id', '=', id).execute()
    await trx
      .updateTable('chat')
      .set({ answered_at: engine.greatest(engine.now, sql`read_at + 1`), updated_at: engine.now })
      .where('id', '=', run.chat_id)
      .execute()
    return { text, chatId: run.chat_id }
  })
}

/** The visible text; null if the whole text is visible, so that it is not sent twice. */
function visiblePart({ said, saved }: Ending): string | null {
  return said.length === saved ? null : cleanText(said)
}

/** JSON escapes characters that text columns refuse, but an escaped lone surrogate has to be cleaned as well. */
function metaText(meta: Ending['meta']): string {
  return cleanText(JSON.stringify(meta))
}
