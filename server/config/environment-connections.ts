import type { Findings } from './assemble-config.ts'
import type { ConnectionOptions } from './connection-options.ts'
import type { Values } from './variables.ts'

/** A provider that the environment names. */
export interface EnvironmentConnection {
  /** The same at every start, as long as the position is. */
  id: string
  kind: 'openai' | 'ollama'
  name: string
  baseUrl: string
  key: string | null
  prefix: string
  enabled: boolean
  order: number
  continues: 'auto' | 'trailing' | 'prefix' | 'vllm' | 'none'
  source: 'environment'
}

const openaiDefault = 'https://api.openai.com/v1'

/** The providers that variables name, in their order. */
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
    ...(upstream.openaiUrls.length > 0 ? upstream.openaiUrls : one(upstream.openaiUrl)),
    ...(upstream.openaiUrls.length === 0 && upstream.openaiUrl === null && keys.some((key) => key !== '')
      ? [openaiDefault]
      : []),
  ]
  if (keys.length > urls.length && keys.slice(urls.length).some((key) => key !== '')) {
    findings.problems.push({
      variable: upstream.openaiKeys.length > 0 ? 'OPENAI_API_KEYS' : 'OPENAI_API_KEY',
      problem: `there are ${keys.length} keys for ${urls.length} addresses`,
      cure: 'name one address in OPENAI_API_BASE_URLS for each key, separated by ;',
    })
  }
  checkPositions('OPENAI_API_CONFIGS', upstream.openaiOptions, urls.length, findings)
  return urls.map((baseUrl, index) =>
    connection('openai', index, baseUrl, { key: keys[index], ...upstream.openaiOptions.get(index) }),
  )
}

function ollamaConnections(upstream: Values['upstream'], findings: Findings): EnvironmentConnection[] {
  const urls = upstream.ollamaUrls.length > 0 ? upstream.ollamaUrls : one(upstream.ollamaUrl)
  checkPositions('OLLAMA_API_CONFIGS', upstream.ollamaOptions, urls.length, findings)
  return urls.map((baseUrl, index) =>
    connection('ollama', index, baseUrl, { ...upstream.ollamaOptions.get(index) }),
  )
}

function one(url: string | null): string[] {
  return url === null ? [] : [url]
}

function checkPositions(
  variable: string,
  options: Map<number, ConnectionOptions>,
  count: number,
  { warnings }: Findings,
): void {
  const beyond = [...options.keys()].filter((index) => index >= count)
  if (beyond.length > 0) {
    warnings.push(`${variable} has an entry "${beyond[0]}", and there are ${count} addresses (from "0")`)
  }
}

function connection(
  kind: 'openai' | 'ollama',
  index: number,
  baseUrl: string,
  { key, name, prefix, prefix_id, enable, continues }: ConnectionOptions & { key?: string | undefined },
): EnvironmentConnection {
  return {
    id: `env-${kind}-${index}`,
    kind,
    name: name ?? new URL(baseUrl).host,
    baseUrl,
    key: key || null,
    prefix: prefix ?? prefix_id ?? '',
    enabled: enable ?? true,
    order: index,
    continues: continues ?? 'auto',
    source: 'environment',
  }
}
