import { boolean, list, optionalText, optional, parseHttpUrl, httpUrl, seconds } from './kinds.ts'
import { connectionOptions, withoutKeys } from './connection-options.ts'
import { proxyVariables } from './proxy-variables.ts'
import type { Kind } from './variable.ts'
import { variable } from './variable.ts'

/** Addresses, by `;`. Empty entries are left out. */
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
    meaning: 'Whether connections to OpenAI-compatible providers are used.',
  }),
  openaiUrl: variable('OPENAI_API_BASE_URL', {
    kind: httpUrl,
    fallback: null,
    meaning:
      'Address of an OpenAI-compatible provider, such as `https://api.openai.com/v1` (taken when only OPENAI_API_KEY is set).',
  }),
  openaiUrls: variable('OPENAI_API_BASE_URLS', {
    kind: urls,
    fallback: [],
    meaning: 'Addresses of several OpenAI-compatible providers; wins over OPENAI_API_BASE_URL.',
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
    meaning: 'Keys for OPENAI_API_BASE_URLS, paired by position; an empty one for a provider without.',
  }),
  openaiOptions: variable('OPENAI_API_CONFIGS', {
    kind: connectionOptions,
    fallback: new Map(),
    show: withoutKeys,
    meaning:
      'JSON by position, or by address: `{"0": {"name": "vLLM", "prefix": "lab", "enable": true, "model_ids": ["a"], "continues": "vllm"}}`. `model_ids` are the models that are offered; the provider is then not asked for its list. `openai_params_only` sends no parameters but those that OpenAI documents. `prefix_id` is another name of `prefix`; `auth_type` may be `bearer` or `none`; what else Open WebUI knows is reported at the start and has no effect. `continues` says how a provider goes on with a begun answer: `auto` (asked once per model), `trailing`, `prefix`, `vllm` or `none`.',
  }),
  ollamaEnabled: variable('ENABLE_OLLAMA_API', {
    kind: boolean,
    fallback: true,
    meaning: 'Whether connections to Ollama are used.',
  }),
  ollamaUrl: variable('OLLAMA_BASE_URL', {
    kind: httpUrl,
    fallback: null,
    oldNames: ['OLLAMA_API_BASE_URL'],
    meaning: 'Address of an Ollama server, such as `http://localhost:11434`. Unset: none is asked.',
  }),
  ollamaUrls: variable('OLLAMA_BASE_URLS', {
    kind: urls,
    fallback: [],
    meaning: 'Addresses of several Ollama servers; wins over OLLAMA_BASE_URL.',
  }),
  ollamaOptions: variable('OLLAMA_API_CONFIGS', {
    kind: connectionOptions,
    fallback: new Map(),
    show: withoutKeys,
    meaning: 'As OPENAI_API_CONFIGS, for OLLAMA_BASE_URLS; `key` is the key of a server that wants one.',
  }),
  taskModel: variable('TASK_MODEL', {
    kind: optionalText,
    fallback: null,
    oldNames: ['TASK_MODEL_EXTERNAL'],
    meaning: 'Model that writes the titles of chats. Unset: the one that wrote the first answer.',
  }),
  titles: variable('ENABLE_TITLE_GENERATION', {
    kind: boolean,
    fallback: true,
    meaning: 'Whether a model writes the titles of chats. Off: the first words are the title.',
  }),
  totalTimeoutMs: variable('AIOHTTP_CLIENT_TIMEOUT', {
    kind: optional(seconds(1, 86_400)),
    fallback: null,
    fallbackText: 'none',
    unit: 'seconds',
    meaning:
      'Longest time for one whole answer of a provider. Unset: as long as it keeps coming; a silent provider is given up on in any case.',
  }),
  idleTimeoutMs: variable('AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT', {
    kind: seconds(1, 86_400),
    fallback: 120_000,
    fallbackText: '120',
    unit: 'seconds',
    meaning: 'Longest silence of a provider between two words.',
  }),
  modelListTimeoutMs: variable('AIOHTTP_CLIENT_TIMEOUT_MODEL_LIST', {
    kind: seconds(1, 600),
    fallback: 10_000,
    fallbackText: '10',
    unit: 'seconds',
    oldNames: ['AIOHTTP_CLIENT_TIMEOUT_OPENAI_MODEL_LIST'],
    meaning: 'Longest time for a provider to list its models.',
  }),
  modelsCacheMs: variable('MODELS_CACHE_TTL', {
    kind: seconds(0, 86_400),
    fallback: 60_000,
    fallbackText: '60',
    unit: 'seconds',
    meaning: 'How long a list of models is believed before the provider is asked again.',
  }),
  ...proxyVariables,
}
