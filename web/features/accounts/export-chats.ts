import { call } from '../../api/call.ts'
import type { ResponseOf } from '../../../protocol/http/index.ts'
import { saveFile } from '../../ui/save-file.ts'

/** Reads every chat and saves them as a file. `onProgress` is told how many have been read. */
export async function exportChats(onProgress: (done: number) => void): Promise<void> {
  const chats: ResponseOf<'getChat'>[] = []
  onProgress(0)
  for (const archived of ['false', 'true'] as const) {
    let cursor: string | null = null
    do {
      const query: { archived: 'false' | 'true'; limit: number; cursor?: string } = { archived, limit: 100 }
      if (cursor !== null) query.cursor = cursor
      const page: ResponseOf<'listChats'> = await call('listChats', { query })
      for (const { id } of page.items) {
        chats.push(await call('getChat', { params: { id } }))
        onProgress(chats.length)
      }
      cursor = page.next
    } while (cursor !== null)
  }
  saveFile('shoal-chats.json', 'application/json', JSON.stringify({ chats }, null, 2))
}
