import { spellingPattern } from '../base/index.ts'
import type { UseCase } from '../use-case.ts'
import type { Chats } from '../store/contract/chats.ts'
import { presentChat } from './present.ts'

/** How many chats a page looks through: a few milliseconds of either database. */
const chatsAtOnce = 100
const mostWords = 8
/** An excerpt as it is shown, characters; and how much of it stands before the first word. */
const shown = 200
const before = 40

/** Looks for messages that have all the words, chats of last activity first. */
export function createSearchMessages({ chats }: { chats: Pick<Chats, 'search'> }): UseCase<'searchMessages'> {
  return async (caller, { query: { q, archived, cursor } }) => {
    const words = q.split(/\s+/).slice(0, mostWords)
    const page = await chats.search({
      userId: caller.user.id,
      words,
      archived: archived === 'true',
      limit: chatsAtOnce,
      ...(cursor === undefined ? {} : { cursor }),
    })
    const items = page.items.map(({ chat, messageId, role, excerpt }) => ({
      chat: presentChat(chat),
      messageId,
      role,
      excerpt: excerptOf(excerpt, words[0] ?? ''),
    }))
    return { items, next: page.next }
  }
}

/** Where Markdown marks words and no sign is meant. */
const marks = /^#{1,6}\s|`+|\*+(?=\S)|(?<=\S)\*+/gm

/** Without marks of emphasis and headings, white space folded, begun at a word a little before the first one looked for. */
export function excerptOf(text: string, word: string): string {
  const line = text.replaceAll(marks, '').replaceAll(/\s+/g, ' ')
  const at = Math.max(0, line.search(new RegExp(spellingPattern(word), 'u')))
  const start = at <= before ? 0 : beginningOfWord(line, at)
  const end = start + shown
  return `${start > 0 ? '…' : ''}${line.slice(start, end).trim()}${end < line.length ? '…' : ''}`
}

function beginningOfWord(line: string, at: number): number {
  const space = line.indexOf(' ', at - before)
  return space >= 0 && space < at ? space + 1 : at
}
