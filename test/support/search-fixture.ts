import { ended, givenRun } from './store-fixture.ts'
import type { Engine } from '../../server/store/engine/engine.ts'
import type { Store } from '../../server/store/store.ts'

/** A chat with a question and this answer. */
export async function givenAnswer(
  store: Store,
  userId: string,
  text: string,
): Promise<{ chatId: string; id: string }> {
  const { ids, run } = await givenRun(store, userId, { form: { text: 'q' } })
  await ended(store, run, text)
  return { chatId: ids.chatId, id: ids.messageId }
}

/** The ids of the messages that a search finds. */
export async function find(store: Store, userId: string, ...words: string[]): Promise<string[]> {
  const { items } = await store.chats.search({ userId, words, archived: false, limit: 50 })
  return items.map(({ messageId }) => messageId)
}

/** The ids of the user's messages that are in no block. */
export async function tailOf(engine: Engine, userId: string): Promise<string[]> {
  const rows = await engine.db
    .selectFrom('search_tail')
    .select('message_id')
    .where('user_id', '=', userId)
    .orderBy('message_id')
    .execute()
  return rows.map((row) => row.message_id)
}
