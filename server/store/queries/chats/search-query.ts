import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { among } from '../../engine/engine.ts'
import type { Engine } from '../../engine/engine.ts'

/** How much of a message comes back, and how much of that stands before the first word; characters. */
const excerptLength = 400
const before = 100

export interface Found {
  chat_id: string
  id: string
  role: 'user' | 'assistant'
  excerpt: string
}

/**
 * The newest message of each of these chats that has all the words, cut around the first. Looks through the texts
 * themselves: what it costs is bounded by the number of chats, and a message costs nothing more to write.
 */
export function searchQuery(
  engine: Engine,
  chatIds: readonly string[],
  words: readonly string[],
): RawBuilder<Found> {
  const said = saidIn(engine)
  const has = words.map((word) => engine.finds(word, said))
  const from = engine.greatest(
    sql`${engine.placeOfWords(words[0] ?? '', sql`said`)} - ${sql.lit(before)}`,
    sql`1`,
  )
  return sql<Found>`
    select chat_id, id, role, substr(said, ${from}, ${sql.lit(excerptLength)}) as excerpt from (
      select m.chat_id, m.id, m.role, ${said} as said,
        row_number() over (partition by m.chat_id order by m.created_at desc, m.id desc) as place
      from ${engine.table('message')} m
      where m.chat_id in ${among(chatIds)} and m.deleted_at is null and ${sql.join(has, sql` and `)}
    ) found where place = 1`
}

/** The text without what was thought before it (protocol/transcript.ts). */
function saidIn(engine: Engine): RawBuilder<string> {
  const end = engine.placeOf(sql`'</think>'`, sql`m.text`)
  return sql<string>`case when m.role = 'assistant' and ltrim(m.text) like '<think>%'
    then substr(m.text, ${end} + 8) else m.text end`
}
