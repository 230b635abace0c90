import type { ChatView, MessageView } from '../../../../protocol/http/chats.ts'
import { visibleText } from '../../../../protocol/transcript.ts'
import { closesFence, fenceLine } from '../../../ui/markdown/parse/line-shapes.ts'
import { pathTo } from '../state/message-tree.ts'

/** The words of the file in the user's language. */
export interface MarkdownWords {
  /** Names the author and the time of a message. */
  heading: (message: MessageView) => string
  /** Says that an answer is incomplete and why; undefined if it is complete. */
  note: (message: MessageView) => string | undefined
}

/** The branch of a chat that is shown, as Markdown: the exact text of each message, of answers without the reasoning. */
export function chatMarkdown(chat: ChatView, words: MarkdownWords): string {
  const messages = pathTo(chat.messages, chat.currentId).map((message) => {
    const text = message.role === 'assistant' ? visibleText(message.text) : message.text
    const note = words.note(message)
    const parts = [`## ${escapeLine(words.heading(message))}`, closeFence(text.replace(/^\n+/, '').trimEnd())]
    if (note !== undefined) parts.push(`*${escapeLine(note)}*`)
    return parts.filter((part) => part !== '').join('\n\n')
  })
  return `${[`# ${escapeLine(chat.title)}`, ...messages].join('\n\n')}\n`
}

/** A plain text as one line of Markdown. */
function escapeLine(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>&#]/g, String.raw`\$&`).replaceAll(/\s+/g, ' ')
}

/** Closes a block of code that the text leaves open, as an answer that was stopped may, so that it ends with its message. */
export function closeFence(text: string): string {
  let open: string | undefined
  for (const line of text.split('\n')) {
    if (open !== undefined) {
      if (closesFence(line, open)) open = undefined
    } else {
      const found = fenceLine.exec(line)
      open = found?.[1] ?? found?.[2]
    }
  }
  return open === undefined ? text : `${text}\n${open}`
}
