import { AppError } from '../../protocol/index.ts'
import type { Chats } from '../store/contract/chats.ts'
import type { UseCase } from '../use-case.ts'
import type { LiveRuns } from './live-runs.ts'
import { presentChat, presentWithLiveText } from './present.ts'

export interface ExportChatsPorts {
  chats: Pick<Chats, 'get' | 'idsByCreation' | 'messageBatches'>
  live: Pick<LiveRuns, 'peek'>
}

const chatsAtOnce = 100
/** How much text of messages is read at once, bytes; a longer message is read alone. */
const maxBatchBytes = 1_000_000

/**
 * Writes a user's chats, or one of them, as JSON. The response is read from the store while the client receives it, so
 * that it needs the memory of one batch of messages however many chats there are.
 */
export function createExportChats(ports: ExportChatsPorts): UseCase<'exportChats'> {
  return async (caller, { query: { id } }) => {
    const userId = caller.user.id
    if (id === undefined) return writeFile(ports, userId, allIds(ports, userId))
    if (!(await ports.chats.get(id, userId))) throw new AppError('not_found')
    return writeFile(ports, userId, [id])
  }
}

async function* allIds({ chats }: ExportChatsPorts, userId: string): AsyncGenerator<string> {
  let after: { id: string; createdAt: number } | undefined
  do {
    const page = await chats.idsByCreation({ userId, limit: chatsAtOnce, ...(after ? { after } : {}) })
    for (const { id } of page) yield id
    after = page.length < chatsAtOnce ? undefined : page.at(-1)
  } while (after)
}

async function* writeFile(
  ports: ExportChatsPorts,
  userId: string,
  ids: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<string> {
  let isFirst = true
  yield '{"chats":['
  for await (const id of ids) {
    for await (const piece of writeChat(ports, userId, id)) {
      yield isFirst ? piece.replace(/^,/, '') : piece
      isFirst = false
    }
  }
  yield '\n]}\n'
}

/** The pieces of one chat, beginning with a comma; none if the chat has been deleted. */
async function* writeChat(
  { chats, live }: ExportChatsPorts,
  userId: string,
  chatId: string,
): AsyncGenerator<string> {
  const chat = await chats.get(chatId, userId)
  if (!chat) return
  const head = JSON.stringify({ ...presentChat(chat), currentId: chat.currentId })
  yield `,\n${head.slice(0, -1)},"messages":[`
  let separator = '\n'
  for await (const batch of chats.messageBatches({ chatId, userId, maxBytes: maxBatchBytes })) {
    for (const row of batch) {
      yield separator + JSON.stringify(presentWithLiveText(row, live))
      separator = ',\n'
    }
  }
  yield ']}'
}
