import { describe, expect, test } from 'vitest'
import { completionBody } from './completion-body.ts'
import { forwardedParams } from './forwarded-params.ts'

const body = (fields: Record<string, unknown>): Record<string, unknown> =>
  forwardedParams(
    completionBody.parse({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...fields }),
  )

/** Realistic values, so that a field is left out for its name and not for its value. */
const openWebUi = {
  params: { temperature: 0.1 },
  skill_ids: ['s'],
  terminal_id: 't',
  folder_id: 'f',
  chat_id: 'c',
  session_id: 's',
  id: 'm1',
  parent_id: null,
  parent_message: {},
  user_message: { id: 'u' },
  message_ids: [],
  assistant_message_id: 'a',
  regeneration_prompt: 'shorter',
  tool_ids: ['t'],
  tool_servers: [],
  filter_ids: [],
  features: { web_search: true },
  variables: { '{{USER_NAME}}': 'Ada' },
  chat_variables: {},
  model_item: { id: 'm' },
  background_tasks: { title_generation: true },
  files: [{ type: 'file', id: 'f' }],
  metadata: { chat_id: 'c', files: [], features: {} },
}

const gateway = {
  api_base: 'https://evil.example',
  base_url: 'https://evil.example',
  api_key: 'sk-x',
  api_version: '1',
  api_type: 'azure',
  extra_headers: { 'x-evil': '1' },
  headers: {},
  default_headers: {},
  fallbacks: ['gpt'],
  context_window_fallbacks: [],
  custom_llm_provider: 'x',
  organization: 'org-x',
  vertex_project: 'p',
  vertex_credentials: '{}',
  vertex_location: 'l',
  aws_access_key_id: 'k',
  aws_secret_access_key: 's',
  aws_region_name: 'r',
  aws_bedrock_runtime_endpoint: 'https://evil.example',
  azure_ad_token: 't',
  model_list: [],
  models: ['expensive'],
  route: 'fallback',
  mock_response: 'x',
  mock_tool_calls: [],
  proxy: 'http://evil.example',
  user_config: {},
  litellm_params: {},
  openai_api_key: 'k',
  hf_token: 't',
  tenant_id: 't',
  region_name: 'r',
  ssl_verify: false,
  timeout: 1,
  num_retries: 9,
  apiKey: 'k',
  'api-key': 'k',
  BASE_URL: 'https://evil.example',
}

const openAi = {
  temperature: 0.2,
  top_p: 1,
  stop: ['x'],
  seed: 1,
  tools: [
    {
      type: 'function',
      function: {
        name: 'log_in',
        parameters: { type: 'object', properties: { api_key: { type: 'string' }, headers: {} } },
      },
    },
  ],
  tool_choice: 'auto',
  response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { properties: { id: {} } } } },
  metadata: { purpose: 'test' },
  user: 'u1',
  prompt_cache_key: 'k',
  reasoning_effort: 'low',
  top_logprobs: 0,
  logit_bias: { 50_256: -100 },
}

const ofProviders = {
  top_k: 3,
  min_p: 0.1,
  repetition_penalty: 1.1,
  chat_template_kwargs: { thinking: true },
}

describe('C16: fields for the server of Open WebUI', () => {
  test.each(Object.entries(openWebUi))('%s is not forwarded', (name, value) => {
    expect(body({ [name]: value })).toEqual({})
    expect(body({ extra_body: { [name]: value, top_k: 1 } })).toEqual({ extra_body: { top_k: 1 } })
  })
})

describe('S21: fields that route a request or contain credentials', () => {
  test.each(Object.entries(gateway))('%s is not forwarded', (name, value) => {
    expect(body({ [name]: value })).toEqual({})
    expect(body({ extra_body: { [name]: value } })).toEqual({})
    expect(body({ extra_body: { deeper: [{ [name]: value }], extra_body: { [name]: value } } })).toEqual({
      extra_body: { deeper: [{}], extra_body: {} },
    })
  })

  test('extra_body replaces no other field, and metadata contains no routing fields', () => {
    expect(
      body({ extra_body: { model: 'other', messages: [], stream: false, max_tokens: 9, n: 5, top_k: 1 } }),
    ).toEqual({ extra_body: { top_k: 1 } })
    expect(body({ metadata: { api_base: 'https://evil.example', purpose: 'x' } })).toEqual({
      metadata: { purpose: 'x' },
    })
  })
})

describe('C16, S21: all other fields', () => {
  test('are forwarded unchanged, including names inside a schema', () => {
    expect(body({ ...openAi, ...ofProviders })).toEqual({ ...openAi, ...ofProviders })
  })
})
