import { isThinking, visibleText } from '../../protocol/index.ts'
import type { MessageRow } from '../store/contract/chats.ts'
import type { Continues, PromptMessage } from '../upstream/contracts.ts'

/**
 * The conversation as a model gets it: visible text only, empty answers left out. What then stands side by side in one
 * role becomes one message: strict providers refuse two of the same role in a row, and would refuse the chat for ever.
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

const goOn = 'Continue your last answer exactly where it stopped. Do not repeat anything and do not comment.'

/** What a person's "continue" asks of a model that is not known to go on from a given text. */
export function promptToContinue(prompt: PromptMessage[], text: string): PromptMessage[] {
  return [...prompt, { role: 'assistant', content: text }, { role: 'user', content: goOn }]
}

/** Where to go on from, when an owner died in mid-answer and the model can continue (rule 15). Undefined: it cannot. */
export function continuation(
  transcript: string,
  how: Exclude<Continues, 'auto'>,
): { text: string; how: Exclude<Continues, 'auto' | 'none'> } | undefined {
  const text = visibleText(transcript)
  if (how === 'none' || isThinking(transcript) || text.trim() === '') return undefined
  return { text, how }
}
