import type { Clock } from '../base/index.ts'
import { createDemoUpstream } from './demo-upstream.ts'
import { createOllamaUpstream } from './ollama-upstream.ts'
import { createOpenAiUpstream } from './openai-upstream.ts'
import { noProxies } from './provider-proxy.ts'
import type { ProxySettings } from './provider-proxy.ts'
import { answerDeadlines } from './silence-watch.ts'
import type { AnswerDeadlines } from './silence-watch.ts'
import type { ConnectionConfig, Upstream, UpstreamModel } from './upstream.ts'

export interface UpstreamOptions {
  clock: Clock
  /** Those left out have their defaults: 10 s to connect, 300 s to the first word, 120 s between words. */
  deadlines?: Partial<AnswerDeadlines>
  /** Default: none. */
  proxies?: ProxySettings
  /** Of the demo model; default 40. */
  demoWordsPerSecond?: number
}

type UpstreamConfig = Pick<ConnectionConfig, 'kind' | 'baseUrl' | 'key'> &
  Partial<Pick<ConnectionConfig, 'source'>>

/** The upstream of a connection. It opens nothing until it is asked and needs no closing. */
export function createUpstream(
  { kind, baseUrl, key, source }: UpstreamConfig,
  { clock, deadlines, proxies = noProxies, demoWordsPerSecond }: UpstreamOptions,
): Upstream {
  // Whoever sets the environment owns the machine, and may have a model at a link-local address.
  const network = { proxies, guarded: source !== 'environment' }
  const http = { baseUrl, key, clock, network, deadlines: { ...answerDeadlines, ...deadlines } }
  switch (kind) {
    case 'openai':
      return createOpenAiUpstream(http)
    case 'ollama':
      return createOllamaUpstream(http)
    case 'demo':
      return createDemoUpstream({
        clock,
        ...(demoWordsPerSecond === undefined ? {} : { wordsPerSecond: demoWordsPerSecond }),
      })
  }
}

/** Tries a connection as an administrator has entered it: its models, or an `UpstreamError` that says what is wrong. */
export function verifyConnection(
  config: UpstreamConfig,
  options: UpstreamOptions,
  signal: AbortSignal,
): Promise<UpstreamModel[]> {
  return createUpstream(config, options).listModels(signal)
}
