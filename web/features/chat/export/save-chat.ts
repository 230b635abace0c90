import { i18n } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { ChatSummary, MessageView } from '../../../../protocol/http/chats.ts'
import { call } from '../../../api/call.ts'
import { download } from '../../../api/download.ts'
import { fileNameOf } from '../../../ui/file-name.ts'
import { saveFile } from '../../../ui/save-file.ts'
import { isCut } from '../thread/unfinished.ts'
import { chatMarkdown } from './chat-markdown.ts'

/** Saves a chat in the format of all exports, so that an import accepts it. Resolves with the name of the file. */
export async function saveAsJson({ id, title }: ChatSummary): Promise<string> {
  const name = fileNameOf(title, 'json', i18n._(msg`Chat`))
  saveFile(name, await download('exportChats', { query: { id } }))
  return name
}

/**
 * Saves the shown branch of a chat as Markdown. Reads it from the server, because the page may know an older state.
 * `nameOf` returns the name of a model. Resolves with the name of the file.
 */
export async function saveAsMarkdown(
  { id, title }: ChatSummary,
  nameOf: (model: string) => string,
): Promise<string> {
  const name = fileNameOf(title, 'md', i18n._(msg`Chat`))
  const author = ({ role, model }: MessageView): string =>
    role === 'user' ? i18n._(msg`You`) : model === null ? i18n._(msg`a model`) : nameOf(model)
  const time = (at: number): string => i18n.date(new Date(at), { dateStyle: 'long', timeStyle: 'short' })
  const text = chatMarkdown(await call('getChat', { params: { id } }), {
    heading: (message) => `${author(message)}, ${time(message.createdAt)}`,
    note: noteOf,
  })
  saveFile(name, new Blob([text], { type: 'text/markdown;charset=utf-8' }))
  return name
}

function noteOf(message: MessageView): string | undefined {
  switch (message.status) {
    case 'running':
      return i18n._(msg`This answer was still being written when the chat was saved.`)
    case 'stopped':
      return i18n._(msg`This answer was stopped.`)
    case 'interrupted':
    case 'failed':
      return i18n._(msg`This answer broke off.`)
    case 'done':
      return isCut(message) ? i18n._(msg`A limit of the model cut this answer.`) : undefined
  }
}
