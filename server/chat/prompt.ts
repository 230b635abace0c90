import { isThinking, visibleText } from '../../protocol/index.ts'
import type { MessageRow } from '../store/contract/chats.ts'
import type { ContinuationMode, PromptMessage } from '../upstream/contracts.ts'

/**
 * The conversation as a model gets it: visible text only, without empty answers. Consecutive messages of one role are
 * merged, since strict providers refuse two in a row, and would refuse every further message of the chat.
 */
export function promptOf(path: Pick<MessageRow, 'role' | 'text'>[]): PromptMessage[] {
  const prompt: PromptMessage[] = []
  for (const { role, text } of path) {
    const content = role === 'assistant' ? visibleText(text) : text
    const last = prompt.at(-1)
    if (role === 'assistant' && content.trim() === '') continue
    if (last?.role === role) last.content += `\n\n${content}`
    else prompt.push({ role, content })
  }
  return prompt
}

const continueInstruction =
  'Continue your last answer exactly where it stopped. Do not repeat anything and do not comment.'

/** The prompt for a user's "continue" if the model is not known to continue a given text. */
export function promptToContinue(prompt: PromptMessage[], text: string): PromptMessage[] {
  return [...prompt, { role: 'assistant', content: text }, { role: 'user', content: continueInstruction }]
}

/** The text to continue after an owner died during an answer (rule 15); undefined if it cannot be continued. */
export function continuation(
  transcript: string,
  how: Exclude<ContinuationMode, 'auto'>,
): { text: string; how: Exclude<ContinuationMode, 'auto' | 'none'> } | undefined {
  const text = visibleText(transcript)
  if (how === 'none' || isThinking(transcript) || text.trim() === '') return undefined
  return { text, how }
}
