import { sql } from 'kysely'
import type { ChatRow, Chats, FoundRow } from '../contract/chats.ts'
import { valueList } from '../engine/engine.ts'
import type { Engine } from '../engine/engine.ts'
import { chatColumns, runningIn, toChat } from '../queries/chats/chat-row.ts'
import { excerptStart, excerptLength } from './excerpt.ts'
import { findSections, listBlocks, wordsWithGrams } from './find-sections.ts'
import type { Block } from './find-sections.ts'
import { firstBlock, readPlace, writePlace } from './search-place.ts'
import type { SearchPlace } from './search-place.ts'

type Query = Parameters<Chats['search']>[0]

/** What one page of results reads at most, so that it takes a short time also if little is found. */
const [maxTailCharacters, maxMessages] = [4_000_000, 5000]
/** How many texts are compared with the words at once: few at first, because the newest have the results of most searches. */
const textsAtOnce = { first: 50, factor: 2, max: 400 }
/** How many blocks have their pages read at once. */
const blocksAtOnce = { first: 16, factor: 8, max: 512 }

const larger = (count: number, { factor, max }: { factor: number; max: number }): number =>
  Math.min(count * factor, max)

interface Match {
  chat_id: string
  id: string
  role: FoundRow['role']
  excerpt: string
  created_at: number
}

/** See `Chats.search`. */
export async function searchIndex(engine: Engine, query: Query): ReturnType<Chats['search']> {
  const results = new Results(engine, query)
  let place: SearchPlace | null = readPlace(query.cursor)
  while (place !== null && !results.isFull) {
    place =
      place.in === 'tail'
        ? await searchTail(engine, query, { place, results })
        : await searchBlocks(engine, query, { place, results })
  }
  return { items: await results.items(), next: place === null ? null : writePlace(place) }
}

/** The messages of a page of results, one of each chat, and how much was read for them. */
class Results {
  readonly #engine: Engine
  readonly #query: Query
  readonly #matches = new Map<string, Match>()
  #read = 0

  constructor(engine: Engine, query: Query) {
    this.#engine = engine
    this.#query = query
  }

  get isFull(): boolean {
    return this.#matches.size >= this.#query.limit || this.#read >= maxMessages
  }

  /** Adds those of the messages that contain the words. */
  async add(messageIds: readonly string[]): Promise<void> {
    this.#read += messageIds.length
    for (const match of await matching(this.#engine, this.#query, messageIds)) {
      const known = this.#matches.get(match.chat_id)
      if (!known || known.created_at < match.created_at) this.#matches.set(match.chat_id, match)
    }
  }

  async items(): Promise<FoundRow[]> {
    const chats = await readChats(this.#engine, [...this.#matches.keys()])
    return [...this.#matches.values()]
      .toSorted((a, b) => b.created_at - a.created_at)
      .flatMap(({ chat_id, id, role, excerpt }) => {
        const chat = chats.get(chat_id)
        return chat ? [{ chat, messageId: id, role, excerpt }] : []
      })
  }
}

interface Step<Place> {
  place: Place
  results: Results
}

async function searchTail(
  engine: Engine,
  { userId }: Query,
  { place, results }: Step<SearchPlace & { in: 'tail' }>,
): Promise<SearchPlace> {
  let { before } = place
  let characters = 0
  let limit = textsAtOnce.first
  for (; !results.isFull && characters < maxTailCharacters; limit = larger(limit, textsAtOnce)) {
    const rows = await readTail(engine, { userId, before, limit })
    await results.add(rows.map((row) => row.message_id))
    characters += rows.reduce((sum, { size }) => sum + size, 0)
    before = rows.at(-1)?.message_id
    if (rows.length < limit || before === undefined) return firstBlock
  }
  return { in: 'tail', before }
}

function readTail(
  engine: Engine,
  { userId, before, limit }: { userId: string; before: string | undefined; limit: number },
): Promise<{ message_id: string; size: number }[]> {
  return engine.run((db) =>
    db
      .selectFrom('search_tail')
      .select(['message_id', 'size'])
      .where('user_id', '=', userId)
      .$if(before !== undefined, (tail) => tail.where('message_id', '<', before ?? ''))
      .orderBy('message_id', 'desc')
      .limit(limit)
      .execute(),
  )
}

async function searchBlocks(
  engine: Engine,
  query: Query,
  { place, results }: Step<SearchPlace & { in: 'blocks' }>,
): Promise<SearchPlace | null> {
  const grams = wordsWithGrams(query.words)
  let { seq } = place
  for (let count = blocksAtOnce.first; ; count = larger(count, blocksAtOnce)) {
    const blocks = await listBlocks(engine, { userId: query.userId, seq, limit: count })
    if (blocks.length === 0) return null
    const found = await findSections(engine, blocks, grams)
    const sections = blocks.flatMap((block) =>
      (found.get(block.id) ?? [])
        .filter((section) => block.seq < place.seq || section < place.section)
        .map((section) => ({ block, section })),
    )
    for (let from = 0, size = textsAtOnce.first; from < sections.length;) {
      const some = sections.slice(from, from + size)
      from += size
      size = larger(size, textsAtOnce)
      await results.add(await messagesIn(engine, some))
      const last = some.at(-1)
      if (results.isFull && last) return { in: 'blocks', seq: last.block.seq, section: last.section }
    }
    if (blocks.length < count) return null
    seq = (blocks.at(-1)?.seq ?? 1) - 1
  }
}

/** The ids of the messages in these sections. */
async function messagesIn(
  engine: Engine,
  sections: readonly { block: Block; section: number }[],
): Promise<string[]> {
  const pairs = sections.map(
    ({ block, section }) => sql`(cast(${block.id} as bigint), cast(${section} as integer))`,
  )
  const { rows } = await engine.run((db) =>
    sql<{ message_ids: string }>`select message_ids from ${engine.table('search_section')}
      where (block, section) in (values ${sql.join(pairs)})`.execute(db),
  )
  return rows.flatMap((row) => JSON.parse(row.message_ids) as string[])
}

/** Those of the messages that contain all the words. `cross join` makes SQLite begin with the messages. */
async function matching(
  engine: Engine,
  { userId, words, archived }: Query,
  messageIds: readonly string[],
): Promise<Match[]> {
  const has = words.map((word) => engine.containsWords(word, sql`m.said`))
  const { rows } = await engine.run((db) =>
    sql<Match>`
      select m.chat_id, m.id, m.role, m.created_at,
        substr(m.said, ${excerptStart(engine, words[0] ?? '', sql`m.said`)}, ${sql.lit(excerptLength)}) as excerpt
      from ${engine.table('message')} m cross join ${engine.table('chat')} c
      where c.id = m.chat_id and m.id in ${valueList(messageIds)} and m.deleted_at is null and c.user_id = ${userId}
        and c.deleted_at is null and c.archived = ${archived} and ${sql.join(has, sql` and `)}`.execute(db),
  )
  return rows
}

async function readChats(engine: Engine, ids: readonly string[]): Promise<Map<string, ChatRow>> {
  if (ids.length === 0) return new Map()
  const rows = await engine.run((db) =>
    db
      .selectFrom('chat')
      .select([...chatColumns, runningIn(engine).as('running')])
      .where(sql<boolean>`chat.id in ${valueList(ids)}`)
      .execute(),
  )
  return new Map(rows.map((row) => [row.id, toChat(row)]))
}
