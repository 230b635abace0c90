import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import type { Clock } from '../../base/index.ts'
import type { Engine } from '../engine/engine.ts'
import { buildBlock } from './build-block.ts'
import type { BuiltBlock, IndexedText } from './build-block.ts'
import { longTail } from './search-limits.ts'

/** An unfinished block of an instance that died is removed after this time, ms. */
const abandonedMs = 3_600_000
/** Rows of one statement, so that no statement keeps the database busy. */
const [textsAtOnce, pagesAtOnce, rowsAtOnce] = [100, 64, 400]

interface TailText extends IndexedText {
  version: number
}

/** See `SearchIndex.moveTailIntoBlock`. */
export async function moveTailIntoBlock(
  engine: Engine,
  userId: string,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<number> {
  const texts = await readTail(engine, userId)
  if (texts.length === 0) return 0
  signal.throwIfAborted()
  const block = await beginBlock(engine, userId)
  try {
    const built = await buildBlock(texts, { clock, signal })
    await writeBlock(engine, { block, built, signal })
    const moved = texts.slice(0, built.count)
    return (await completeBlock(engine, { block, built, moved })) ? moved.length : 0
  } catch (error) {
    await removeBlock(engine, block).catch(() => {})
    throw error
  }
}

async function beginBlock(engine: Engine, userId: string): Promise<number> {
  const id = randomInt(2 ** 47)
  await engine.transaction(async (trx) => {
    await trx
      .deleteFrom('search_block')
      .where('user_id', '=', userId)
      .where('complete', '=', false)
      .where('begun_at', '<', sql<number>`${engine.now} - ${sql.lit(abandonedMs)}`)
      .execute()
    const { last } = await trx
      .selectFrom('search_block')
      .select(({ fn }) => fn.max('seq').as('last'))
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
    await trx
      .insertInto('search_block')
      .values({ id, user_id: userId, seq: (last ?? 0) + 1, begun_at: engine.now, continues: null })
      .execute()
  })
  return id
}

/** The oldest messages of the tail, as many as a block is made of. */
async function readTail(engine: Engine, userId: string): Promise<TailText[]> {
  const rows = await engine.run((db) =>
    db
      .selectFrom('search_tail')
      .select(['message_id', 'size'])
      .where('user_id', '=', userId)
      .orderBy('message_id')
      .limit(longTail.messages)
      .execute(),
  )
  const ids: string[] = []
  let characters = 0
  for (const { message_id: id, size } of rows) {
    if (characters >= longTail.characters) break
    characters += size
    ids.push(id)
  }
  const texts: TailText[] = []
  for (const some of parts(ids, textsAtOnce)) {
    const found = await engine.run((db) =>
      db
        .selectFrom('search_tail')
        .innerJoin('message', 'message.id', 'search_tail.message_id')
        .select(['message.id', 'message.said', 'search_tail.version'])
        .where('search_tail.message_id', 'in', some)
        .orderBy('search_tail.message_id')
        .execute(),
    )
    // A text that is null is being written again; it returns to the tail with its end.
    texts.push(...found.map(({ id, said, version }) => ({ id, version, text: said ?? '' })))
  }
  return texts
}

async function writeBlock(
  engine: Engine,
  { block, built, signal }: { block: number; built: BuiltBlock; signal: AbortSignal },
): Promise<void> {
  for (const some of parts(built.pages, pagesAtOnce)) {
    signal.throwIfAborted()
    const rows = some.map(({ page, postings }) => ({ block, page, postings }))
    await engine.run((db) => db.insertInto('search_page').values(rows).execute())
  }
  const sections = built.sections.map((ids, section) => ({
    block,
    section,
    message_ids: JSON.stringify(ids),
  }))
  for (const some of parts(sections, rowsAtOnce)) {
    signal.throwIfAborted()
    await engine.run((db) => db.insertInto('search_section').values(some).execute())
  }
}

/** Makes the block visible to searches. False if it was removed meanwhile. */
function completeBlock(
  engine: Engine,
  { block, built, moved }: { block: number; built: BuiltBlock; moved: readonly TailText[] },
): Promise<boolean> {
  return engine.transaction(async (trx) => {
    const completed = await trx
      .updateTable('search_block')
      .set({ complete: true, continues: built.continues })
      .where('id', '=', block)
      .returning('id')
      .executeTakeFirst()
    if (!completed) return false
    for (const some of parts(moved, rowsAtOnce)) {
      // A message that was changed meanwhile stays in the tail.
      const read = sql.join(some.map(({ id, version }) => sql`(${id}, cast(${version} as bigint))`))
      await sql`delete from ${engine.table('search_tail')} where (message_id, version) in (values ${read})`.execute(
        trx,
      )
    }
    return true
  })
}

function removeBlock(engine: Engine, block: number): Promise<unknown> {
  return engine.run((db) => db.deleteFrom('search_block').where('id', '=', block).execute())
}

function* parts<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}
