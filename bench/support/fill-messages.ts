import { newId } from '../../server/base/index.ts'
import type { Engine } from '../../server/store/engine/engine.ts'
import { createTexts } from './search-texts.ts'

const chatsAtOnce = 10

/** Writes chats of a user directly into the database, each with this many messages. Returns the bytes of their texts. */
export async function fillMessages(
  engine: Engine,
  { userId, chats, messagesPerChat }: { userId: string; chats: number; messagesPerChat: number },
): Promise<number> {
  const nextText = createTexts()
  let bytes = 0
  for (let done = 0; done < chats; done += chatsAtOnce) {
    const rows = Array.from({ length: chatsAtOnce }, (_, n) => {
      const at = 1_700_000_000_000 + (done + n) * 60_000
      const id = newId(at)
      const messages = Array.from({ length: messagesPerChat }, (__, m) => {
        const text = nextText()
        bytes += Buffer.byteLength(text)
        return {
          id: newId(at + m),
          chat_id: id,
          role: m % 2 === 0 ? ('user' as const) : ('assistant' as const),
          text,
          said: text,
          status: 'done' as const,
          created_at: at + m,
        }
      })
      const words = { title_by: 'words' as const, title: nextText().slice(0, 60) }
      return { chat: { id, user_id: userId, created_at: at, updated_at: at, ...words }, messages }
    })
    await engine.transaction(async (trx) => {
      await trx
        .insertInto('chat')
        .values(rows.map(({ chat }) => chat))
        .execute()
      await trx
        .insertInto('message')
        .values(rows.flatMap(({ messages }) => messages))
        .execute()
    })
  }
  return bytes
}
