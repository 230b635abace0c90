import { z } from 'zod'

export const connectionKind = z.enum(['openai', 'ollama', 'demo'])

/** What a provider does with a trailing assistant message; rule 15 of a run. */
export const continues = z.enum(['auto', 'trailing', 'prefix', 'vllm', 'none'])

export const connectionView = z.object({
  id: z.string(),
  kind: connectionKind,
  name: z.string(),
  baseUrl: z.string(),
  /** Keys are write-only: this says whether one is set. */
  hasKey: z.boolean(),
  /** Put before its models' names where two connections have the same. */
  prefix: z.string(),
  enabled: z.boolean(),
  order: z.number(),
  continues,
  /** The models that are offered; empty: all that the provider lists. */
  modelIds: z.array(z.string()),
  /** Its requests carry no parameters but those that OpenAI documents. */
  openAiParamsOnly: z.boolean().optional(),
  /** `environment`: from variables, read-only here. */
  source: z.enum(['environment', 'page', 'built-in']),
})
export type ConnectionView = z.infer<typeof connectionView>
