import { z } from 'zod'
import { limits } from '../../protocol/index.ts'
import type { PromptMessage } from '../chat/index.ts'

const part = z.object({ type: z.literal('text'), text: z.string() })

const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.union([z.string(), z.array(part)], { error: 'must be text or a list of text parts' }),
})

/** The body of `POST /v1/chat/completions`. Shoal reads these fields; `forwardedParams` decides about all others. */
export const completionBody = z.looseObject({
  model: z.string().min(1, 'must not be empty').max(limits.model),
  messages: z.array(message).min(1, 'must have at least one message').max(10_000),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.number().int().positive().nullish(),
  max_completion_tokens: z.number().int().positive().nullish(),
  n: z.literal(1, { error: 'must be 1: send one request per answer' }).nullish(),
  logprobs: z.literal(false, { error: 'must be false: log probabilities are not supported' }).nullish(),
})
export type CompletionBody = z.output<typeof completionBody>

/** The names of the fields that Shoal reads. */
export const completionFields: ReadonlySet<string> = new Set(Object.keys(completionBody.shape))

/**
 * Finds a feature of OpenAI's API in the body that Shoal does not support yet. Without this check, the general
 * validation would only report an invalid value, and a developer would look for a bug in the client. Undefined if there
 * is none.
 */
export function findUnsupportedFeature(body: unknown): { field: string; message: string } | undefined {
  const messages = asObject(body)?.['messages']
  if (!Array.isArray(messages)) return undefined
  for (const [index, entry] of messages.entries()) {
    const found = findUnsupportedField(asObject(entry) ?? {})
    if (!found) continue
    const field = `messages.${index}.${found.field}`
    return { field, message: `${field}: ${found.what} yet.` }
  }
  return undefined
}

type Json = Record<string, unknown>

const toolResultsMessage = 'a model can call tools here, but its calls and their results cannot be sent back'
const parts: Record<string, string> = {
  image_url: 'images are not supported',
  input_image: 'images are not supported',
  input_audio: 'audio is not supported',
  file: 'files are not supported',
  input_file: 'files are not supported',
  video_url: 'videos are not supported',
}

function findUnsupportedField(message: Json): { field: string; what: string } | undefined {
  const { role, content } = message
  if (role === 'tool' || role === 'function') return { field: 'role', what: toolResultsMessage }
  for (const name of ['tool_calls', 'function_call'])
    if (isGiven(message[name])) return { field: name, what: toolResultsMessage }
  if (isGiven(message['audio'])) return { field: 'audio', what: 'audio is not supported' }
  if (!Array.isArray(content)) return undefined
  for (const [index, entry] of content.entries()) {
    const type = asObject(entry)?.['type']
    if (typeof type !== 'string' || type === 'text') continue
    const what = parts[type] ?? `parts of the type ${JSON.stringify(type.slice(0, 40))} are not supported`
    return { field: `content.${index}`, what }
  }
  return undefined
}

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)

const asObject = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined

export function promptOf(body: CompletionBody): PromptMessage[] {
  return body.messages.map(({ role, content }) => ({
    role: role === 'developer' ? 'system' : role,
    content: typeof content === 'string' ? content : content.map(({ text }) => text).join('\n'),
  }))
}
