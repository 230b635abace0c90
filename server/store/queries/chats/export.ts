import { sql } from 'kysely'
import { cleanText } from '../../../base/index.ts'
import type { Chats, MessageRow } from '../../contract/chats.ts'
import { valueList } from '../../engine/engine.ts'
import type { Engine } from '../../engine/engine.ts'
import { selectMessages, toMessage } from './message-row.ts'

const maxIdsAtOnce = 500

/** Activity never moves a chat in this order, so no chat is left out while its user continues to write. */
export function idsByCreation(
  engine: Engine,
  { userId, after, limit }: Parameters<Chats['idsByCreation']>[0],
): ReturnType<Chats['idsByCreation']> {
  return engine.run((db) =>
    db
      .selectFrom('chat')
      .select(['id', 'created_at as createdAt'])
      .where('user_id', '=', userId)
      .where('deleted_at', 'is', null)
      .$if(after !== undefined, (query) =>
        query.where(sql<boolean>`(created_at, id) > (${after?.createdAt}, ${after?.id})`),
      )
      .orderBy('created_at')
      .orderBy('id')
      .limit(limit)
      .execute(),
  )
}

export async function* messageBatches(
  engine: Engine,
  { chatId, userId, maxBytes }: Parameters<Chats['messageBatches']>[0],
): AsyncGenerator<MessageRow[]> {
  const { rows } = await engine.run((db) =>
    sql<{ id: string; bytes: number; running: boolean | number }>`
      select m.id, octet_length(m.text) as bytes, m.status = 'running' as running
      from ${engine.table('message')} m join ${engine.table('chat')} c on c.id = m.chat_id
      where m.chat_id = ${cleanText(chatId)} and m.deleted_at is null
        and c.user_id = ${userId} and c.deleted_at is null
      order by m.created_at, m.id`.execute(db),
  )
  // The text of a running message is in the parts of its run, so its size is unknown and it is read alone.
  const sizes = rows.map(({ id, bytes, running }) => ({ id, bytes: running ? maxBytes : bytes }))
  for (const ids of batchesOf(sizes, maxBytes)) {
    const rest = sql`where m.id in ${valueList(ids)} and m.deleted_at is null order by m.created_at, m.id`
    const found = await engine.run((db) => selectMessages(engine, rest).execute(db))
    yield found.rows.map(toMessage)
  }
}

/** Splits the ids, in order, into batches of at most `maxBytes`; a larger one is a batch of its own. */
export function* batchesOf(
  sizes: readonly { id: string; bytes: number }[],
  maxBytes: number,
): Generator<string[]> {
  let ids: string[] = []
  let bytes = 0
  for (const size of sizes) {
    if (ids.length > 0 && (bytes + size.bytes > maxBytes || ids.length === maxIdsAtOnce)) {
      yield ids
      ids = []
      bytes = 0
    }
    ids.push(size.id)
    bytes += size.bytes
  }
  if (ids.length > 0) yield ids
}
