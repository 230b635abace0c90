import { expect, test } from 'vitest'
import type { ChatView, MessageView } from '../../../../protocol/http/chats.ts'
import { chatMarkdown, closeFence } from './chat-markdown.ts'

function message(id: string, parentId: string | null, about: Partial<MessageView>): MessageView {
  return {
    id,
    parentId,
    role: 'user',
    text: '',
    status: 'done',
    model: null,
    createdAt: 0,
    runId: null,
    ...about,
  }
}

const words = {
  heading: ({ role, model }: MessageView) => (role === 'user' ? 'You' : `${model}`),
  note: ({ status }: MessageView) => (status === 'stopped' ? 'Stopped' : undefined),
}

function markdownOf(title: string, messages: MessageView[]): string {
  const chat = { title, currentId: messages.at(-1)?.id ?? null, messages } as ChatView
  return chatMarkdown(chat, words)
}

test('the shown branch is written with the author of each message, without reasoning and other branches', () => {
  const text = markdownOf('Bees', [
    message('q', null, { text: '  How?\nSay *more*.' }),
    message('other', 'q', { role: 'assistant', model: 'm', text: 'Another version' }),
    message('a', 'q', {
      role: 'assistant',
      model: 'm_1',
      text: '<think>\nhm\n</think>\n\n# By the **sun**\n',
    }),
  ])
  expect(text).toBe('# Bees\n\n## You\n\n  How?\nSay *more*.\n\n## m\\_1\n\n# By the **sun**\n')
})

test('a title is one line of plain text', () => {
  expect(markdownOf('a *b*\n# c <i>', [])).toBe('# a \\*b\\* \\# c \\<i\\>\n')
})

test('an incomplete answer says so, and its open code ends with it', () => {
  const text = markdownOf('t', [
    message('a', null, {
      role: 'assistant',
      model: 'm',
      status: 'stopped',
      text: 'So:\n````js\nlet a\n```\n',
    }),
    message('q', 'a', { text: 'next' }),
  ])
  expect(text).toBe('# t\n\n## m\n\nSo:\n````js\nlet a\n```\n````\n\n*Stopped*\n\n## You\n\nnext\n')
})

test('code is closed only if it is open', () => {
  for (const closed of ['', 'a', '```\na\n```', '~~~\n```\n~~~', 'inline ```code```'])
    expect(closeFence(closed)).toBe(closed)
  expect(closeFence('~~~~py\na\n~~~')).toBe('~~~~py\na\n~~~\n~~~~')
})
