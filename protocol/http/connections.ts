import { z } from 'zod'
import { id } from '../ids.ts'
import { limits } from '../limits.ts'
import { failureDetail } from '../run.ts'
import { operation } from './operation.ts'
import { okResponse } from './paging.ts'

export const connectionKind = z.enum(['openai', 'ollama', 'demo'])

/** How a provider continues a partial answer; see rule 15 of a run. */
export const continues = z.enum(['auto', 'trailing', 'prefix', 'vllm', 'none'])

const connectionState = z.object({
  /** The number of models; null before the first list has been loaded. */
  models: z.number().nullable(),
  /** When the provider was last asked for its models, epoch ms; null if it was not asked. */
  checkedAt: z.number().nullable(),
  /** Why the last attempt failed; null after a success. */
  problem: z.object({ code: z.string(), message: z.string(), detail: failureDetail.optional() }).nullable(),
})

export const connectionView = z.object({
  id: z.string(),
  kind: connectionKind,
  name: z.string(),
  baseUrl: z.string(),
  /** Whether a key is set. Keys cannot be read. */
  hasKey: z.boolean(),
  /** Written before the names of its models if another connection has models with the same names. */
  prefix: z.string(),
  enabled: z.boolean(),
  order: z.number(),
  continues,
  /** The models that are offered; empty: all models that the provider lists. */
  modelIds: z.array(z.string()),
  /** Requests have only parameters that OpenAI documents. */
  openAiParamsOnly: z.boolean().optional(),
  /** `environment`: it comes from environment variables and is read-only. */
  source: z.enum(['environment', 'page', 'built-in']),
  /** What the answering instance knows of the provider. Only `listConnections` returns it, for enabled connections. */
  state: connectionState.optional(),
})
export type ConnectionView = z.infer<typeof connectionView>

export const connectionFields = z.object({
  kind: z.enum(['openai', 'ollama']),
  name: z.string().trim().min(1, 'must not be empty').max(limits.name),
  baseUrl: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).max(2000),
  key: z.string().max(4000).optional(),
  prefix: z.string().max(50).default(''),
  enabled: z.boolean().default(true),
  continues: continues.default('auto'),
  modelIds: z.array(z.string().trim().min(1, 'must not be empty').max(limits.model)).max(1000).default([]),
  openAiParamsOnly: z.boolean().default(false),
})

export const connectionOperations = {
  listConnections: operation({
    method: 'GET',
    path: '/api/connections',
    summary: 'List all connections to model providers, in order',
    access: 'admin',
    credentials: 'session-or-key',
    response: z.object({ items: z.array(connectionView) }),
  }),

  createConnection: operation({
    method: 'POST',
    path: '/api/connections',
    summary: 'Connect a model provider',
    access: 'admin',
    credentials: 'session',
    body: connectionFields,
    response: connectionView,
  }),

  updateConnection: operation({
    method: 'PATCH',
    path: '/api/connections/{id}',
    summary:
      'Change a connection. Missing fields stay unchanged. An empty key, or an address of another server without a key, removes the stored key',
    access: 'admin',
    credentials: 'session',
    params: z.object({ id }),
    body: z.object({
      name: connectionFields.shape.name.optional(),
      baseUrl: connectionFields.shape.baseUrl.optional(),
      key: z.string().max(4000).optional(),
      prefix: z.string().max(50).optional(),
      enabled: z.boolean().optional(),
      continues: connectionFields.shape.continues.unwrap().optional(),
      modelIds: connectionFields.shape.modelIds.unwrap().optional(),
      openAiParamsOnly: z.boolean().optional(),
      order: z.number().int().optional(),
    }),
    response: connectionView.extend({
      /** The address now belongs to another server, so the stored key was removed: enter the key again. */
      keyRemoved: z.boolean(),
    }),
  }),

  deleteConnection: operation({
    method: 'DELETE',
    path: '/api/connections/{id}',
    summary: 'Remove a connection',
    access: 'admin',
    credentials: 'session',
    params: z.object({ id }),
    response: okResponse,
  }),

  verifyConnection: operation({
    method: 'POST',
    path: '/api/connections/verify',
    summary:
      'Test a connection: list the provider’s models without storing anything. `id` uses the stored key of that connection',
    access: 'admin',
    credentials: 'session',
    body: z.object({
      kind: connectionFields.shape.kind,
      baseUrl: connectionFields.shape.baseUrl,
      key: z.string().max(4000).optional(),
      id: id.optional(),
    }),
    response: z.union([
      z.object({ ok: z.literal(true), models: z.array(z.string()) }),
      z.object({
        ok: z.literal(false),
        code: z.string(),
        message: z.string(),
        detail: failureDetail.optional(),
      }),
    ]),
  }),

  discoverOllama: operation({
    method: 'GET',
    path: '/api/connections/ollama-here',
    summary: 'Detect Ollama on this machine',
    access: 'admin',
    credentials: 'session',
    response: z.union([
      z.object({ found: z.literal(true), baseUrl: z.string(), models: z.array(z.string()) }),
      z.object({ found: z.literal(false), baseUrl: z.string() }),
    ]),
  }),
}
