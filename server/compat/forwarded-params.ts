import { completionFields } from './completion-body.ts'
import type { CompletionBody } from './completion-body.ts'

/**
 * Fields that clients of Open WebUI send to its server. Providers do not know them, and strict providers refuse them.
 */
const openWebUiFields = new Set([
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
 * Fields with which a request can make a gateway (LiteLLM, OpenRouter and others) choose another destination, other
 * credentials, or what is logged. Only administrators may choose that, in the settings of the connection.
 */
const gatewayFields = new Set([
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
const gatewayFieldPatterns = [
  /^(aws|azure|bedrock|databricks|gcp|gcs|google|langfuse|litellm|mock|oci|sagemaker|user_api_key|vertex|watsonx)_/,
  /(^|_)(api_key|api_base|api_url|base_url|access_key|access_token|api_token|auth_token|bearer_token|credentials?|password|secret)$/,
]

/** The further fields of a request that are sent to the provider. Fields that Shoal reads are not among them. */
export function forwardedParams(body: CompletionBody): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => {
      if (completionFields.has(name) || isHeldBack(name)) return []
      if (normalizeName(name) === 'extra_body') return entryUnlessEmpty(name, removeHeldBackFields(value))
      if (name === 'metadata')
        return isOpenAiMetadata(value) ? entryUnlessEmpty(name, removeHeldBackFields(value)) : []
      return [[name, value]]
    }),
  )
}

function isHeldBack(name: string): boolean {
  const known = normalizeName(name)
  return (
    openWebUiFields.has(known) ||
    gatewayFields.has(known) ||
    gatewayFieldPatterns.some((form) => form.test(known))
  )
}

/** Normalises the spelling of a field name, which differs between gateways: `api-key`, `apiKey`, `API_KEY`. */
function normalizeName(name: string): string {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()
}

/** Removes fields from `extra_body`, at any depth: gateways merge it into the request, where they would take effect. */
function removeHeldBackFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(removeHeldBackFields)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      if (completionFields.has(normalizeName(name)) || isHeldBack(name)) return []
      if (name === 'metadata' && !isOpenAiMetadata(inner)) return []
      return [[name, removeHeldBackFields(inner)]]
    }),
  )
}

function entryUnlessEmpty(name: string, value: unknown): [string, unknown][] {
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return empty ? [] : [[name, value]]
}

/** In OpenAI's `metadata` all values are strings; the page of Open WebUI sends objects in a field of the same name. */
function isOpenAiMetadata(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === 'string')
  )
}
