import { invalid } from './findings.ts'
import type { Findings } from './findings.ts'
import { ignoredOptions, isPosition } from './connection-options.ts'
import type { AllConnectionOptions, ConnectionOptions } from './connection-options.ts'
import type { Values } from './variables.ts'

/** A connection to a model provider that environment variables define. */
export interface EnvironmentConnection {
  /** The same at every start as long as the connection keeps its position in the list. */
  id: string
  kind: 'openai' | 'ollama'
  name: string
  baseUrl: string
  key: string | null
  prefix: string
  enabled: boolean
  order: number
  continues: 'auto' | 'trailing' | 'prefix' | 'vllm' | 'none'
  modelIds: string[]
  openAiParamsOnly: boolean
  source: 'environment'
}

const openaiDefault = 'https://api.openai.com/v1'

/** The connections that the variables define: OpenAI-compatible ones first, each kind in the order of its list. */
export function environmentConnections(
  upstream: Values['upstream'],
  findings: Findings,
): EnvironmentConnection[] {
  return [
    ...(upstream.openaiEnabled ? openaiConnections(upstream, findings) : []),
    ...(upstream.ollamaEnabled ? ollamaConnections(upstream, findings) : []),
  ].map((connection, order) => ({ ...connection, order }))
}

function openaiConnections(upstream: Values['upstream'], findings: Findings): EnvironmentConnection[] {
  const keys =
    upstream.openaiKeys.length > 0
      ? upstream.openaiKeys
      : [upstream.openaiKey ?? ''].filter((key) => key !== '')
  const urls = [
    ...(upstream.openaiUrls.length > 0 ? upstream.openaiUrls : asList(upstream.openaiUrl)),
    ...(upstream.openaiUrls.length === 0 && upstream.openaiUrl === null && keys.some((key) => key !== '')
      ? [openaiDefault]
      : []),
  ]
  if (keys.length > urls.length && keys.slice(urls.length).some((key) => key !== '')) {
    findings.problems.push(
      invalid({
        about: upstream.openaiKeys.length > 0 ? 'OPENAI_API_KEYS' : 'OPENAI_API_KEY',
        problem: `there are ${keys.length} keys for ${urls.length} addresses`,
        cure: 'list one address in OPENAI_API_BASE_URLS for each key, separated by ;',
      }),
    )
  }
  const optionsOf = findOptions('OPENAI_API_CONFIGS', upstream.openaiOptions, urls, findings)
  return urls.map((baseUrl, index) => {
    const options = optionsOf(index)
    return connection('openai', index, baseUrl, { ...options, key: keys[index] || options.key })
  })
}

function ollamaConnections(upstream: Values['upstream'], findings: Findings): EnvironmentConnection[] {
  const urls = upstream.ollamaUrls.length > 0 ? upstream.ollamaUrls : asList(upstream.ollamaUrl)
  const optionsOf = findOptions('OLLAMA_API_CONFIGS', upstream.ollamaOptions, urls, findings)
  return urls.map((baseUrl, index) => connection('ollama', index, baseUrl, optionsOf(index)))
}

function asList(url: string | null): string[] {
  return url === null ? [] : [url]
}

/**
 * Finds the options for each address: by its position or, as older versions of Open WebUI write it, by the address
 * itself. Warns about entries that match no address and about options that have no effect here.
 */
function findOptions(
  variable: string,
  options: AllConnectionOptions,
  urls: string[],
  { warnings }: Findings,
): (index: number) => ConnectionOptions {
  const indexOf = (key: string): number =>
    isPosition(key) ? Number(key) : urls.findIndex((url) => sameAddress(url, key))
  const found = new Map<number, ConnectionOptions>()
  for (const [key, given] of options) {
    const index = indexOf(key)
    if (index < 0 || index >= urls.length) {
      warnings.push(
        `${variable} has an entry "${key}" that matches none of the ${urls.length} addresses: use the position (the first is "0") or the address itself`,
      )
      continue
    }
    if (isPosition(key) || !found.has(index)) found.set(index, given)
    warnings.push(...reportIgnored(variable, key, given))
  }
  return (index) => found.get(index) ?? {}
}

function reportIgnored(variable: string, key: string, given: ConnectionOptions): string[] {
  const ignored = ignoredOptions(given)
  const version = given['api_version']
  const { auth_type: how } = given
  return [
    ...(ignored.length === 0
      ? []
      : [
          `${variable} "${key}": ${ignored.join(', ')} ${ignored.length === 1 ? 'has' : 'have'} no effect here`,
        ]),
    ...(typeof version === 'string' && version !== ''
      ? [
          `${variable} "${key}": api_version has no effect here; write the API version into the address, as ?api-version=${version}`,
        ]
      : []),
    ...(!how || how === 'bearer' || how === 'none'
      ? []
      : [`${variable} "${key}": auth_type "${how}" is not supported; the key is sent as a bearer token`]),
  ]
}

function sameAddress(some: string, other: string): boolean {
  const [one, two] = [some, other].map((address) => new URL(address).href.replace(/\/$/, ''))
  return one === two
}

function connection(
  kind: 'openai' | 'ollama',
  index: number,
  baseUrl: string,
  options: ConnectionOptions,
): EnvironmentConnection {
  const { key, name, prefix, prefix_id, enable, continues, model_ids, auth_type } = options
  return {
    id: `env-${kind}-${index}`,
    kind,
    name: name || new URL(baseUrl).host,
    baseUrl,
    key: auth_type === 'none' ? null : key || null,
    prefix: prefix ?? prefix_id ?? '',
    enabled: enable ?? true,
    order: index,
    continues: continues ?? 'auto',
    modelIds: [...new Set(model_ids)],
    openAiParamsOnly: options.openai_params_only ?? false,
    source: 'environment',
  }
}
