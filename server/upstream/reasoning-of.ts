import { asArray, asObject, asText } from './read-json.ts'
import type { JsonObject } from './read-json.ts'

/** The fields in which providers put thoughts. The first one with words is taken: some send the same words in several. */
const fields = [
  'reasoning_content',
  'reasoning',
  'thinking',
  'reasoning_text',
  'thought',
  'reasoning_details',
  'thinking_blocks',
]

/** What a piece of a message says of the model's thoughts: a string, an object, or a list of them. */
export function reasoningOf(piece: JsonObject): string | undefined {
  for (const field of fields) {
    const words = wordsOf(piece[field], 0)
    if (words) return words
  }
  if (piece.type !== 'reasoning' && piece.type !== 'thinking') return undefined
  return wordsOf(piece.text ?? piece.content ?? piece.summary, 0)
}

/** Only the fields of words: a list of details also holds encrypted thoughts and signatures. */
function wordsOf(value: unknown, depth: number): string | undefined {
  if (depth > 4) return undefined
  if (Array.isArray(value)) {
    return (
      asArray(value)
        .map((entry) => wordsOf(entry, depth + 1) ?? '')
        .join('') || undefined
    )
  }
  const object = asObject(value)
  if (!object) return asText(value)
  for (const field of ['text', 'thinking', 'summary', 'content', 'reasoning']) {
    const words = wordsOf(object[field], depth + 1)
    if (words) return words
  }
  return undefined
}
