import { asArray, asObject, asText } from './read-json.ts'
import type { JsonObject } from './read-json.ts'

/**
 * The fields in which providers send reasoning. Only the first with text is used: some send the same text in several.
 */
const fields = [
  'reasoning_content',
  'reasoning',
  'thinking',
  'reasoning_text',
  'thought',
  'reasoning_details',
  'thinking_blocks',
]

/** The reasoning text in a piece of a message, which may be a string, an object, or a list of them. */
export function reasoningOf(piece: JsonObject): string | undefined {
  for (const field of fields) {
    const words = textOf(piece[field], 0)
    if (words) return words
  }
  if (piece.type !== 'reasoning' && piece.type !== 'thinking') return undefined
  return textOf(piece.text ?? piece.content ?? piece.summary, 0)
}

/** Reads only fields with text: a list of details also holds encrypted reasoning and signatures. */
function textOf(value: unknown, depth: number): string | undefined {
  if (depth > 4) return undefined
  if (Array.isArray(value)) {
    return (
      asArray(value)
        .map((entry) => textOf(entry, depth + 1) ?? '')
        .join('') || undefined
    )
  }
  const object = asObject(value)
  if (!object) return asText(value)
  for (const field of ['text', 'thinking', 'summary', 'content', 'reasoning']) {
    const words = textOf(object[field], depth + 1)
    if (words) return words
  }
  return undefined
}
