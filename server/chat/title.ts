import { limits, visibleText } from '../../protocol/index.ts'
import type { ChatRow, Chats } from '../store/contract/chats.ts'
import type { ModelCatalogue, ResolvedModel } from '../upstream/contracts.ts'
import type { UserEvents } from '../shared-state/user-events.ts'
import type { RunAdmission } from './run-admission.ts'
import { presentChat } from './present.ts'

const maxTitleLength = 60

/** The first words of a message as a title, cut between words. */
export function titleFromWords(text: string): string {
  const line = text.trim().split(/\r?\n/, 1)[0] ?? ''
  return shortened(line.replace(/^[#>\s*-]+/, '')) || 'New chat'
}

/** White space folded, and cut between words. */
function shortened(line: string): string {
  const words = line.replace(/\s+/g, ' ').trim()
  if (words.length <= maxTitleLength) return words
  const cut = words.slice(0, maxTitleLength)
  const end = words.slice(0, maxTitleLength + 1).lastIndexOf(' ')
  return `${(end > 20 ? cut.slice(0, end) : cut.slice(0, -1))
    .toWellFormed()
    .replace(/\uFFFD$/, '')
    .trimEnd()}…`
}

const titleInstruction =
  'Give this conversation a title of at most six words, in its own language. Answer with the title alone, without quotes.'

/** Enough for a model that thinks first. A model that does not is stopped after its first line. */
const maxTitleTokens = 800

export interface TitlePorts {
  chats: Pick<Chats, 'get' | 'message' | 'visiblePath' | 'setTitleByModel'>
  models: Pick<ModelCatalogue, 'resolve'>
  admission: Pick<RunAdmission, 'enter'>
  events: Pick<UserEvents, 'notify'>
}

interface TitledRun {
  chatId: string
  messageId: string
  userId: string
}

/**
 * Whether a model should write a title after this answer: it is the first answer of a chat that no user and no model
 * has named, and the model for the title is not the demo model, which answers only about itself.
 */
export async function wantsTitle(
  { chats, models }: Pick<TitlePorts, 'chats' | 'models'>,
  modelId: string | null,
  { chat, run }: { chat: Pick<ChatRow, 'titleBy'>; run: { userId: string; parentId: string; model: string } },
): Promise<boolean> {
  if (chat.titleBy !== 'words') return false
  const question = await chats.message(run.parentId, run.userId)
  if (!question || question.parentId !== null) return false
  const model = await models.resolve(modelId ?? run.model)
  return model !== undefined && !model.demo
}

/**
 * Requests a title from a model (null: the model that wrote the answer) after the first answer. A title that a user
 * wrote is never replaced, and the demo model, which answers only about itself, is not used.
 */
export async function titleByModel(
  { chats, models, admission, events }: TitlePorts,
  modelId: string | null,
  run: TitledRun,
  signal: AbortSignal,
): Promise<void> {
  const path = await chats.visiblePath(run.messageId, run.userId)
  const chat = await chats.get(run.chatId, run.userId)
  if (path.length !== 2 || chat?.titleBy !== 'words') return
  const titleModelId = modelId ?? path[1]?.model ?? null
  const model = titleModelId === null ? undefined : await models.resolve(titleModelId)
  if (!model || model.demo) return
  const conversation = path.map(({ role, said }) => `${role}: ${said.slice(0, 2000)}`).join('\n\n')
  // A title waits behind all requests that users wait for.
  const leave = await admission.enter(model.connectionId, () => {}, signal, { background: true })
  const title = cleanTitle(
    await firstLine(model, `${conversation}\n\n${titleInstruction}`, signal).finally(leave),
  )
  if (title === '') return
  const changed = await chats.setTitleByModel(run.chatId, title)
  if (changed) events.notify(run.userId, { name: 'chat.changed', chat: presentChat(changed) })
}

/** The first line of a model's answer; closes the request as soon as that line is complete. */
async function firstLine(model: ResolvedModel, content: string, signal: AbortSignal): Promise<string> {
  const enough = new AbortController()
  let answer = ''
  const line = (): string => visibleText(answer).trimStart()
  try {
    await model.generate(
      { messages: [{ role: 'user', content }], maxTokens: maxTitleTokens },
      (got) => {
        for (const event of got) if (event.kind === 'text') answer += event.text
        if (line().includes('\n') || line().length > limits.title) enough.abort()
      },
      AbortSignal.any([signal, enough.signal]),
    )
  } catch (error) {
    if (!enough.signal.aborted) throw error
  }
  return line()
}

/** Marks of lists, headings, quotes and tables before a title, and a label that some models write. */
const beforeTitle = /^(?:[\s"'“”«»„‚‘’#*_`|>~-]+|\d{1,2}[.)]\s+|(?:chat )?(?:title|titel)\s*:\s*)+/i
const afterTitle = /(?<!["'”»“’*_`|\s.])["'”»“’*_`|\s.]+$/

/** A model’s answer as a title: its first line with text, as plain text, cut between words. */
export function cleanTitle(answer: string): string {
  const plain = (line: string): string =>
    line
      .replaceAll(/\[([^[\]]*)\]\([^()]*\)/g, '$1')
      .replaceAll(/\*\*|__|`/g, '')
      .replaceAll('|', ' ')
      .replace(beforeTitle, '')
      .replace(afterTitle, '')
  const line = answer
    .split(/\r?\n/)
    .map(plain)
    .find((one) => /[\p{L}\p{N}]/u.test(one))
  return shortened(line ?? '')
}
