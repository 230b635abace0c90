import type { MessageView } from '../../../../protocol/http/chats.ts'
import { visibleText } from '../../../../protocol/transcript.ts'
import { copyText } from '../../../ui/copy-text.ts'

/**
 * Copies a message as Markdown; of an answer only the visible text, without the reasoning. Resolves with whether it
 * worked.
 */
export function copyMessage({ role, text }: MessageView): Promise<boolean> {
  return copyText(role === 'assistant' ? visibleText(text) : text)
}
