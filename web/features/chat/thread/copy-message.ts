import type { MessageView } from '../../../../protocol/http/chats.ts'
import { visibleText } from '../../../../protocol/transcript.ts'
import { copyText } from '../../../ui/copy-text.ts'

/** Copies a message as its Markdown; of an answer, what was said and not what was thought. Says whether it worked. */
export function copyMessage({ role, text }: MessageView): Promise<boolean> {
  return copyText(role === 'assistant' ? visibleText(text) : text)
}
