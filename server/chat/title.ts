import { limits } from '../../protocol/index.ts'
import { splitTranscript } from '../../protocol/index.ts'
import type { ChatContext } from './chat-context.ts'
import { presentChat } from './present.ts'

const longest = 60

/** The first words of a message, cut at a word. */
export function titleFromWords(text: string): string {
  const line =
    text
      .trim()
      .split(/\r?\n/, 1)[0]
      ?.replace(/^[#>\s*-]+/, '')
      .replace(/\s+/g, ' ')
      .trim() ?? ''
  if (line === '') return 'New chat'
  if (line.length <= longest) return line
  const cut = line.slice(0, longest + 1)
  const end = cut.lastIndexOf(' ')
  return `${cut
    .slice(0, end > 20 ? end : longest)
    .trimEnd()
    .replace(/[\uD800-\uDBFF]$/, '')}…`
}

const question =
  'Give this conversation a title of at most six words, in its own language. Answer with the title alone, without quotes.'

/** Asks the task model for a better title after the first answer. A person's own title is never replaced. */
export async function titleByModel(
  context: ChatContext,
  taskModel: string,
  run: { chatId: string; messageId: string; userId: string },
  signal: AbortSignal,
): Promise<void> {
  const { store, models, events } = context
  const path = await store.chats.path(run.messageId, run.userId)
  const chat = await store.chats.get(run.chatId, run.userId)
  if (path.length !== 2 || chat?.titleBy !== 'words') return
  const model = await models.resolve(taskModel)
  if (!model) return
  const talk = path
    .map(({ role, text }) => `${role}: ${splitTranscript(text).text.slice(0, 2000)}`)
    .join('\n\n')
  let answer = ''
  await model.generate(
    { messages: [{ role: 'user', content: `${talk}\n\n${question}` }], maxTokens: 40 },
    (got) => {
      for (const event of got) if (event.kind === 'text') answer += event.text
    },
    signal,
  )
  const title = cleanTitle(answer)
  if (title === '') return
  const changed = await store.chats.setTitleByModel(run.chatId, title)
  if (changed) events.tell(run.userId, { name: 'chat.changed', chat: presentChat(changed) })
}

function cleanTitle(answer: string): string {
  const line = splitTranscript(answer).text.trim().split(/\r?\n/, 1)[0] ?? ''
  return line.replace(/^["'“«#*\s]+|["'”»*\s.]+$/g, '').slice(0, limits.title)
}
