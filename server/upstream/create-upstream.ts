import type { Clock } from '../base/index.ts'
import { createDemoUpstream } from './demo-upstream.ts'
import { createOllamaUpstream } from './ollama-upstream.ts'
import { createOpenAiUpstream } from './openai-upstream.ts'
import { noProxies } from './provider-proxy.ts'
import type { ProxySettings } from './provider-proxy.ts'
import { answerDeadlines } from './timeout-watch.ts'
import type { AnswerDeadlines } from './timeout-watch.ts'
import type { ConnectionConfig, Upstream, UpstreamModel } from './upstream.ts'

export interface UpstreamOptions {
  clock: Clock
  /** Missing deadlines have the defaults of `answerDeadlines`. */
  deadlines?: Partial<AnswerDeadlines>
  /** Default: no proxies. */
  proxies?: ProxySettings
  /** The speed of the demo model; default 40. */
  demoWordsPerSecond?: number
}

type UpstreamConfig = Pick<ConnectionConfig, 'kind' | 'baseUrl' | 'key'> &
  Partial<Pick<ConnectionConfig, 'source'>>

/** Creates the upstream of a connection. It opens sockets only for requests, and needs no closing. */
export function createUpstream(
  { kind, baseUrl, key, source }: UpstreamConfig,
  { clock, deadlines, proxies = noProxies, demoWordsPerSecond }: UpstreamOptions,
): Upstream {
  // An operator who sets the environment controls the machine anyway, and may run a model at a link-local address.
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

/** Tests a connection as an administrator entered it. Returns its models, or rejects with an `UpstreamError`. */
export function verifyConnection(
  config: UpstreamConfig,
  options: UpstreamOptions,
  signal: AbortSignal,
): Promise<UpstreamModel[]> {
  return createUpstream(config, options).listModels(signal)
}
