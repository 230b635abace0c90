import { boolean, list, optionalText, optional, parseHttpUrl, httpUrl, seconds } from './kinds.ts'
import { connectionOptions, withoutKeys } from './connection-options.ts'
import { proxyVariables } from './proxy-variables.ts'
import type { Kind } from './variable.ts'
import { variable } from './variable.ts'

/** Addresses, separated by `;`. Empty entries are removed. */
const urls: Kind<string[]> = {
  type: 'list of URLs, by ";"',
  parse(value) {
    const found: string[] = []
    for (const part of value.split(';').map((item) => item.trim())) {
      if (part === '') continue
      const parsed = parseHttpUrl(part)
      if ('problem' in parsed) return parsed
      found.push(parsed.value)
    }
    return { value: found }
  },
}

export const upstreamVariables = {
  openaiEnabled: variable('ENABLE_OPENAI_API', {
    kind: boolean,
    fallback: true,
    meaning: 'Whether Shoal uses the connections to OpenAI-compatible providers.',
  }),
  openaiUrl: variable('OPENAI_API_BASE_URL', {
    kind: httpUrl,
    fallback: null,
    meaning:
      'Address of an OpenAI-compatible provider, such as `https://api.openai.com/v1` (which is the default if only OPENAI_API_KEY is set).',
  }),
  openaiUrls: variable('OPENAI_API_BASE_URLS', {
    kind: urls,
    fallback: [],
    meaning: 'Addresses of several OpenAI-compatible providers. Overrides OPENAI_API_BASE_URL.',
  }),
  openaiKey: variable('OPENAI_API_KEY', {
    kind: optionalText,
    fallback: null,
    secret: 'all',
    meaning: 'Key for OPENAI_API_BASE_URL.',
  }),
  openaiKeys: variable('OPENAI_API_KEYS', {
    kind: list(';'),
    fallback: [],
    secret: 'all',
    meaning:
      'Keys for OPENAI_API_BASE_URLS, in the same order. Leave an entry empty if its provider needs no key.',
  }),
  openaiOptions: variable('OPENAI_API_CONFIGS', {
    kind: connectionOptions,
    fallback: new Map(),
    show: withoutKeys,
    meaning:
      'Options of each connection as JSON, keyed by position or by address: `{"0": {"name": "vLLM", "prefix": "lab", "enable": true, "model_ids": ["a"], "continues": "vllm"}}`. With `model_ids`, Shoal offers only these models and does not request the list from the provider. With `openai_params_only`, it sends only parameters that OpenAI documents. `prefix_id` is another name of `prefix`. `auth_type` may be `bearer` or `none`. Other options of Open WebUI have no effect and are reported at the start. `continues` sets how the provider resumes a partial answer: `auto` (detected once per model), `trailing`, `prefix`, `vllm` or `none`.',
  }),
  ollamaEnabled: variable('ENABLE_OLLAMA_API', {
    kind: boolean,
    fallback: true,
    meaning: 'Whether Shoal uses the connections to Ollama.',
  }),
  ollamaUrl: variable('OLLAMA_BASE_URL', {
    kind: httpUrl,
    fallback: null,
    oldNames: ['OLLAMA_API_BASE_URL'],
    meaning:
      'Address of an Ollama server, such as `http://localhost:11434`. Unset: no Ollama server is used.',
  }),
  ollamaUrls: variable('OLLAMA_BASE_URLS', {
    kind: urls,
    fallback: [],
    meaning: 'Addresses of several Ollama servers. Overrides OLLAMA_BASE_URL.',
  }),
  ollamaOptions: variable('OLLAMA_API_CONFIGS', {
    kind: connectionOptions,
    fallback: new Map(),
    show: withoutKeys,
    meaning:
      'Options of each Ollama connection, as in OPENAI_API_CONFIGS. Set `key` if the server needs one.',
  }),
  taskModel: variable('TASK_MODEL', {
    kind: optionalText,
    fallback: null,
    oldNames: ['TASK_MODEL_EXTERNAL'],
    meaning:
      'Model that generates the titles of chats. Unset: the model that wrote the first answer of the chat.',
  }),
  titles: variable('ENABLE_TITLE_GENERATION', {
    kind: boolean,
    fallback: true,
    meaning:
      'Whether a model generates the titles of chats. If false, the first words of the chat are its title.',
  }),
  totalTimeoutMs: variable('AIOHTTP_CLIENT_TIMEOUT', {
    kind: optional(seconds(1, 86_400)),
    fallback: null,
    fallbackText: 'none',
    unit: 'seconds',
    meaning:
      'Time limit for one complete answer of a provider. Unset: no limit while text keeps arriving. AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT applies in either case.',
  }),
  idleTimeoutMs: variable('AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT', {
    kind: seconds(1, 86_400),
    fallback: 120_000,
    fallbackText: '120',
    unit: 'seconds',
    meaning:
      'How long Shoal waits for the next piece of an answer before it reports that the provider stopped responding.',
  }),
  modelListTimeoutMs: variable('AIOHTTP_CLIENT_TIMEOUT_MODEL_LIST', {
    kind: seconds(1, 600),
    fallback: 10_000,
    fallbackText: '10',
    unit: 'seconds',
    oldNames: ['AIOHTTP_CLIENT_TIMEOUT_OPENAI_MODEL_LIST'],
    meaning: 'Time limit for the model list of a provider.',
  }),
  modelsCacheMs: variable('MODELS_CACHE_TTL', {
    kind: seconds(0, 86_400),
    fallback: 60_000,
    fallbackText: '60',
    unit: 'seconds',
    meaning: 'How long Shoal uses a model list before it requests the list from the provider again.',
  }),
  ...proxyVariables,
}
