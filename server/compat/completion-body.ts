import { z } from 'zod'
import { limits } from '../../protocol/index.ts'
import type { CompletionMessage } from './completions.ts'

const onlyText = 'must be text; images, audio and files are not supported'

const part = z.object({
  type: z.literal('text', { error: onlyText }),
  text: z.string(),
})

const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant'], {
    error: 'must be system, developer, user or assistant; results of tools cannot be sent back',
  }),
  content: z.union([z.string(), z.array(part)], { error: onlyText }),
})

/** The body of `POST /v1/chat/completions`: the fields that are ours to read, and all others for the provider. */
export const completionBody = z.looseObject({
  model: z.string().min(1, 'must not be empty').max(limits.model),
  messages: z.array(message).min(1, 'must have at least one message').max(10_000),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.number().int().positive().nullish(),
  max_completion_tokens: z.number().int().positive().nullish(),
  n: z.literal(1, { error: 'must be 1: one answer a request' }).nullish(),
  logprobs: z.literal(false, { error: 'must be false: probabilities are not passed on' }).nullish(),
})
export type CompletionBody = z.output<typeof completionBody>

/** Read here, or meant for the web UI of Open WebUI and not for a provider. */
const notForProviders = new Set([
  ...Object.keys(completionBody.shape),
  'chat_id',
  'id',
  'session_id',
  'parent_id',
  'user_message',
  'message_ids',
  'background_tasks',
  'features',
  'files',
  'model_item',
  'variables',
  'tool_ids',
  'tool_servers',
  'filter_ids',
])

export function providerParams(body: CompletionBody): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !notForProviders.has(name)))
}

export function promptOf(body: CompletionBody): CompletionMessage[] {
  return body.messages.map(({ role, content }) => ({
    role: role === 'developer' ? 'system' : role,
    content: typeof content === 'string' ? content : content.map(({ text }) => text).join('\n'),
  }))
}
