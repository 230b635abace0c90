import type { Continuation } from './continue-from.ts'
import { asObject } from './read-json.ts'
import type { JsonObject } from './read-json.ts'
import type { GenerateRequest } from './upstream.ts'

/**
 * Parameters that clients put at the top level of the body, as in OpenAI's API, and that Ollama reads only in
 * `options`.
 */
const optionNames = new Set(
  [
    'temperature top_p top_k min_p typical_p tfs_z seed stop num_ctx num_predict num_keep num_batch num_gpu num_thread',
    'main_gpu low_vram use_mmap use_mlock numa frequency_penalty presence_penalty repeat_penalty repeat_last_n',
    'penalize_newline mirostat mirostat_eta mirostat_tau',
  ].flatMap((line) => line.split(' ')),
)

/** The request body for Ollama's `/api/chat`. */
export function ollamaBody(
  { model, messages, maxTokens, params = {} }: GenerateRequest,
  continued: Continuation['messages'],
): JsonObject {
  const { response_format: responseFormat, ...others } = params
  const entries = Object.entries(others)
  return {
    ...formatOf(responseFormat),
    ...Object.fromEntries(entries.filter(([name]) => !optionNames.has(name))),
    model,
    messages: [...messages, ...continued],
    stream: true,
    options: {
      ...asObject(others.options),
      ...Object.fromEntries(entries.filter(([name]) => optionNames.has(name))),
      ...(maxTokens === undefined ? {} : { num_predict: maxTokens }),
    },
  }
}

/** Converts OpenAI's JSON mode, with or without a schema, to Ollama's `format`. */
function formatOf(responseFormat: unknown): { format?: unknown } {
  const given = asObject(responseFormat)
  if (given?.type === 'json_object') return { format: 'json' }
  if (given?.type !== 'json_schema') return {}
  const schema = asObject(asObject(given.json_schema)?.schema) ?? asObject(given.schema)
  return { format: schema ?? 'json' }
}
