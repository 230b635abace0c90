import { sql } from 'kysely'
import type { Clock } from '../../base/index.ts'
import type { SearchIndex } from '../contract/search-index.ts'
import type { Engine } from '../engine/engine.ts'
import { moveTailIntoBlock } from './move-tail.ts'
import { longTail } from './search-limits.ts'

export function createSearchIndex(engine: Engine, clock: Clock): SearchIndex {
  return {
    isFilled: createIsFilled(engine),
    fill: (limit) => fill(engine, limit),
    overdue: (limit) =>
      engine.run(async (db) => {
        const rows = await db
          .selectFrom('search_tail')
          .select('user_id')
          .groupBy('user_id')
          .having((eb) =>
            eb.or([
              eb(eb.fn.sum('size'), '>=', longTail.characters),
              eb(eb.fn.countAll(), '>=', longTail.messages),
            ]),
          )
          .limit(limit)
          .execute()
        return rows.map((row) => row.user_id)
      }),
    moveTailIntoBlock: (userId, signal) => moveTailIntoBlock(engine, userId, { clock, signal }),
  }
}

/** See `SearchIndex.isFilled`. An index that is filled stays so. */
export function createIsFilled(engine: Engine): () => Promise<boolean> {
  let filled = false
  return async () => {
    filled ||= await engine.run(async (db) => {
      const state = await db.selectFrom('search_state').select('after_chat').executeTakeFirst()
      return state?.after_chat === null
    })
    return filled
  }
}

function fill(engine: Engine, limit: number): ReturnType<SearchIndex['fill']> {
  const [chat, message] = [engine.table('chat'), engine.table('message')]
  return engine.transaction(async (trx) => {
    const state = await trx.selectFrom('search_state').select('after_chat').executeTakeFirstOrThrow()
    const after = state.after_chat
    if (after === null) return null
    const chats = await trx
      .selectFrom('chat')
      .select('id')
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute()
    const last = chats.at(-1)?.id ?? null
    const mine = await trx
      .updateTable('search_state')
      .set({ after_chat: last })
      .where('after_chat', '=', after)
      .returning('one')
      .executeTakeFirst()
    // Another instance was faster.
    if (!mine) return 0
    if (last === null) return null
    const { rows } = await sql`
      insert into ${engine.table('search_tail')} (message_id, user_id, size)
      select m.id, c.user_id, length(m.said) from ${chat} c join ${message} m on m.chat_id = c.id
      where c.id > ${after} and c.id <= ${last} and m.said is not null
      on conflict (message_id) do nothing returning message_id`.execute(trx)
    return rows.length
  })
}
