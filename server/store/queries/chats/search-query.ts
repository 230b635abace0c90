import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { spellingPattern } from '../../../base/index.ts'
import { among } from '../../engine/engine.ts'
import type { Engine } from '../../engine/engine.ts'
import { saidIn } from './message-row.ts'

/** How much of a message comes back, and how much of that stands before the first word; characters. */
const excerptLength = 400
const before = 100
/** Messages of a chat whose visible words are not known yet and which are read for a search. */
const maxUnfilled = 20

export interface Found {
  chat_id: string
  id: string
  role: 'user' | 'assistant'
  excerpt: string
}

interface Candidate extends Found {
  /** The whole text where the visible words are not known yet: the match may stand in the reasoning. */
  text: string | null
}

/**
 * The newest message of each of these chats that has all the words, cut around the first. Looks through the texts
 * themselves: what it costs is bounded by the number of chats, and a message costs nothing more to write.
 */
export async function findMessages(
  engine: Engine,
  chatIds: readonly string[],
  words: readonly string[],
): Promise<Map<string, Found>> {
  const { rows } = await engine.run((db) => searchQuery(engine, chatIds, words).execute(db))
  const found = new Map<string, Found>()
  for (const row of rows) {
    if (found.has(row.chat_id)) continue
    const excerpt =
      row.text === null ? row.excerpt : excerptOf(saidIn({ role: row.role, text: row.text }), words)
    if (excerpt !== undefined) found.set(row.chat_id, { ...row, excerpt })
  }
  return found
}

/**
 * Of each chat the newest match with known visible words, and the newest matches without: their words may stand in the
 * reasoning, and their whole texts are read.
 */
export function searchQuery(
  engine: Engine,
  chatIds: readonly string[],
  words: readonly string[],
): RawBuilder<Candidate> {
  const has = words.map((word) => engine.finds(word, sql`coalesce(m.said, m.text)`))
  const from = engine.greatest(
    sql`${engine.placeOfWords(words[0] ?? '', sql`said`)} - ${sql.lit(before)}`,
    sql`1`,
  )
  const message = engine.table('message')
  // The text is looked up for the few rows that need it: the database would sort it along with the others.
  return sql<Candidate>`
    select chat_id, id, role,
      case when said is null then (select t.text from ${message} t where t.id = found.id) end as text,
      coalesce(substr(said, ${from}, ${sql.lit(excerptLength)}), '') as excerpt
    from (
      select m.chat_id, m.id, m.role, m.said, m.created_at, row_number() over (
        partition by m.chat_id, m.said is null order by m.created_at desc, m.id desc) as place
      from ${message} m
      where m.chat_id in ${among(chatIds)} and m.deleted_at is null and ${sql.join(has, sql` and `)}
    ) found where place = 1 or (said is null and place <= ${sql.lit(maxUnfilled)})
    order by chat_id, created_at desc, id desc`
}

/** What the query does with known visible words. Undefined: not all the words are there. */
function excerptOf(said: string, words: readonly string[]): string | undefined {
  const places = words.map((word) => said.search(new RegExp(spellingPattern(word), 'u')))
  if (places.some((place) => place < 0)) return undefined
  const letters = Array.from(said.slice(0, places[0])).length
  const from = Math.max(letters - before, 0)
  return Array.from(said)
    .slice(from, from + excerptLength)
    .join('')
}
