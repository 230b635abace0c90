import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { spellingPattern } from '../../base/index.ts'
import { valueList } from '../engine/engine.ts'
import type { Engine } from '../engine/engine.ts'
import { listChats } from '../queries/chats/list-chats.ts'
import { visibleTextOf } from '../queries/chats/message-row.ts'
import type { Chats } from '../contract/chats.ts'
import { excerptLead, excerptLength, excerptStart } from './excerpt.ts'

/** How many messages of a chat without stored visible text are read for one search. */
const maxUnfilled = 20

interface Found {
  chat_id: string
  id: string
  role: 'user' | 'assistant'
  excerpt: string
}

interface Candidate extends Found {
  /** The whole text if the visible text is not stored yet: the match may be in the reasoning. Null otherwise. */
  text: string | null
}

/**
 * Searches the texts of the next chats of the list, without the index. The number of chats limits the cost. See
 * `Chats.search`.
 */
export async function scanChats(
  engine: Engine,
  { words, ...query }: Parameters<Chats['search']>[0],
): ReturnType<Chats['search']> {
  const { items: chats, next } = await listChats(engine, query)
  if (chats.length === 0) return { items: [], next }
  const ids = chats.map(({ id }) => id)
  const found = await findMessages(engine, ids, words)
  const items = chats.flatMap((chat) => {
    const row = found.get(chat.id)
    return row ? [{ chat, messageId: row.id, role: row.role, excerpt: row.excerpt }] : []
  })
  return { items, next }
}

/** Finds the newest message of each of these chats that contains all the words, with an excerpt around the first match. */
async function findMessages(
  engine: Engine,
  chatIds: readonly string[],
  words: readonly string[],
): Promise<Map<string, Found>> {
  const { rows } = await engine.run((db) => searchQuery(engine, chatIds, words).execute(db))
  const found = new Map<string, Found>()
  for (const row of rows) {
    if (found.has(row.chat_id)) continue
    const excerpt =
      row.text === null ? row.excerpt : excerptOf(visibleTextOf({ role: row.role, text: row.text }), words)
    if (excerpt !== undefined) found.set(row.chat_id, { ...row, excerpt })
  }
  return found
}

/**
 * Selects from each chat the newest match with stored visible text, and the newest matches without it: their words may
 * be in the reasoning, so their whole texts are read.
 */
export function searchQuery(
  engine: Engine,
  chatIds: readonly string[],
  words: readonly string[],
): RawBuilder<Candidate> {
  const has = words.map((word) => engine.containsWords(word, sql`coalesce(m.said, m.text)`))
  const from = excerptStart(engine, words[0] ?? '', sql`said`)
  const message = engine.table('message')
  // A subselect reads the text of the few rows that need it; otherwise the database would sort all rows with their
  // texts.
  return sql<Candidate>`
    select chat_id, id, role,
      case when said is null then (select t.text from ${message} t where t.id = found.id) end as text,
      coalesce(substr(said, ${from}, ${sql.lit(excerptLength)}), '') as excerpt
    from (
      select m.chat_id, m.id, m.role, m.said, m.created_at, row_number() over (
        partition by m.chat_id, m.said is null order by m.created_at desc, m.id desc) as place
      from ${message} m
      where m.chat_id in ${valueList(chatIds)} and m.deleted_at is null and ${sql.join(has, sql` and `)}
    ) found where place = 1 or (said is null and place <= ${sql.lit(maxUnfilled)})
    order by chat_id, created_at desc, id desc`
}

/** Makes the excerpt as the query does for stored visible text. Undefined if a word is missing. */
function excerptOf(said: string, words: readonly string[]): string | undefined {
  const places = words.map((word) => said.search(new RegExp(spellingPattern(word), 'u')))
  if (places.some((place) => place < 0)) return undefined
  const letters = Array.from(said.slice(0, places[0])).length
  const from = Math.max(letters - excerptLead, 0)
  return Array.from(said)
    .slice(from, from + excerptLength)
    .join('')
}
