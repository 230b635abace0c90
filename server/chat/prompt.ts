import { splitTranscript } from '../../protocol/index.ts'
import type { MessageRow } from '../store/contract/chats.ts'
import type { Continues, PromptMessage } from '../upstream/contracts.ts'

/** The conversation as a model gets it: visible text only, empty answers left out. */
export function promptOf(path: MessageRow[]): PromptMessage[] {
  return path
    .map((message) => ({
      role: message.role,
      content: message.role === 'assistant' ? splitTranscript(message.text).text : message.text,
    }))
    .filter(({ role, content }) => role === 'user' || content.trim() !== '')
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
  const { text, thinking } = splitTranscript(transcript)
  if (how === 'none' || thinking || text.trim() === '') return undefined
  return { text, how }
}
