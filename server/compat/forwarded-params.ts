import { completionFields } from './completion-body.ts'
import type { CompletionBody } from './completion-body.ts'

/** Fields that the clients of Open WebUI send to its server. No provider knows them, and strict ones refuse them. */
const forOpenWebUi = new Set([
  'assistant_message_id',
  'background_tasks',
  'chat_id',
  'chat_variables',
  'features',
  'files',
  'filter_ids',
  'folder_id',
  'id',
  'message_ids',
  'model_item',
  'params',
  'parent_id',
  'parent_message',
  'regeneration_prompt',
  'session_id',
  'skill_ids',
  'terminal_id',
  'tool_ids',
  'tool_servers',
  'user_message',
  'variables',
])

/**
 * Fields by which a gateway (LiteLLM, OpenRouter and the like) lets a request choose where it goes, with whose
 * credentials, and what is recorded of it. Those are an administrator's choices, made in the connection.
 */
const forGateways = new Set([
  'additional_drop_params',
  'allowed_openai_params',
  'api_base',
  'api_key',
  'api_type',
  'api_version',
  'base_model',
  'base_url',
  'cache',
  'caching',
  'callbacks',
  'client',
  'config',
  'configurable_clientside_auth_params',
  'content_policy_fallbacks',
  'context_window_fallback_dict',
  'context_window_fallbacks',
  'cooldown_time',
  'custom_llm_provider',
  'default_headers',
  'deployment_id',
  'drop_params',
  'endpoint',
  'engine',
  'extra_headers',
  'extra_query',
  'failure_callback',
  'fallback',
  'fallbacks',
  'force_timeout',
  'guardrails',
  'headers',
  'hf_model_name',
  'hf_token',
  'host',
  'http_client',
  'input_callback',
  'input_cost_per_second',
  'input_cost_per_token',
  'logger_fn',
  'max_retries',
  'model_config',
  'model_info',
  'model_list',
  'models',
  'no_log',
  'num_retries',
  'organization',
  'output_cost_per_second',
  'output_cost_per_token',
  'provider',
  'proxies',
  'proxy',
  'proxy_server_request',
  'region_name',
  'request_timeout',
  'retry_policy',
  'retry_strategy',
  'route',
  'router_settings_override',
  'secret_fields',
  'shared_session',
  'specific_deployment',
  'ssl_verify',
  'success_callback',
  'tags',
  'target',
  'targets',
  'tenant_id',
  'timeout',
  'ttl',
  'url',
  'user_config',
  'virtual_key',
])
const forGatewaysByForm = [
  /^(aws|azure|bedrock|databricks|gcp|gcs|google|langfuse|litellm|mock|oci|sagemaker|user_api_key|vertex|watsonx)_/,
  /(^|_)(api_key|api_base|api_url|base_url|access_key|access_token|api_token|auth_token|bearer_token|credentials?|password|secret)$/,
]

/** The further fields of a request that its provider gets. What was read here is sent by other means. */
export function forwardedParams(body: CompletionBody): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => {
      if (completionFields.has(name) || isHeldBack(name)) return []
      if (plain(name) === 'extra_body') return withContent(name, cleaned(value))
      if (name === 'metadata') return isOpenAiMetadata(value) ? withContent(name, cleaned(value)) : []
      return [[name, value]]
    }),
  )
}

function isHeldBack(name: string): boolean {
  const known = plain(name)
  return (
    forOpenWebUi.has(known) || forGateways.has(known) || forGatewaysByForm.some((form) => form.test(known))
  )
}

/** Gateways differ in how they write a name: `api-key`, `apiKey`, `API_KEY`. */
function plain(name: string): string {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()
}

/** Gateways merge `extra_body` into the request, at whatever depth: it may neither route nor replace what we send. */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      if (completionFields.has(plain(name)) || isHeldBack(name)) return []
      if (name === 'metadata' && !isOpenAiMetadata(inner)) return []
      return [[name, cleaned(inner)]]
    }),
  )
}

function withContent(name: string, value: unknown): [string, unknown][] {
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return empty ? [] : [[name, value]]
}

/** OpenAI's are texts by name; the web UI of Open WebUI sends objects under the same name. */
function isOpenAiMetadata(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === 'string')
  )
}
