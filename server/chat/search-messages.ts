import { spellingPattern } from '../base/index.ts'
import type { UseCase } from '../use-case.ts'
import type { Chats } from '../store/contract/chats.ts'
import { presentChat } from './present.ts'

const resultsPerPage = 50
const maxWords = 8
/** Length of an excerpt, and of its part before the first match, in characters. */
const excerptLength = 200
const lengthBeforeMatch = 40

/** Searches for messages that contain all words, the newest first. */
export function createSearchMessages({ chats }: { chats: Pick<Chats, 'search'> }): UseCase<'searchMessages'> {
  return async (caller, { query: { q, archived, cursor } }) => {
    const words = q.split(/\s+/).slice(0, maxWords)
    const page = await chats.search({
      userId: caller.user.id,
      words,
      archived: archived === 'true',
      limit: resultsPerPage,
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

/** Markdown signs of headings, code and emphasis, but not asterisks between spaces. */
const markdownSigns = /^#{1,6}\s|`+|\*+(?=\S)|(?<=\S)\*+/gm

/** The excerpt, without Markdown signs and with white space folded. Starts at a word shortly before the first match. */
export function excerptOf(text: string, word: string): string {
  const line = text.replaceAll(markdownSigns, '').replaceAll(/\s+/g, ' ')
  const at = Math.max(0, line.search(new RegExp(spellingPattern(word), 'u')))
  const start = at <= lengthBeforeMatch ? 0 : beginningOfWord(line, at)
  const end = start + excerptLength
  return `${start > 0 ? '…' : ''}${line.slice(start, end).trim()}${end < line.length ? '…' : ''}`
}

function beginningOfWord(line: string, at: number): number {
  const space = line.indexOf(' ', at - lengthBeforeMatch)
  return space >= 0 && space < at ? space + 1 : at
}
