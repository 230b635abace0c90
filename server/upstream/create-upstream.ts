import type { Clock } from '../base/index.ts'
import { createDemoUpstream } from './demo-upstream.ts'
import { createOllamaUpstream } from './ollama-upstream.ts'
import { createOpenAiUpstream } from './openai-upstream.ts'
import { answerDeadlines } from './silence-watch.ts'
import type { AnswerDeadlines } from './silence-watch.ts'
import type { ConnectionConfig, Upstream, UpstreamModel } from './upstream.ts'

export interface UpstreamOptions {
  clock: Clock
  /** Those left out have their defaults: 10 s to connect, 300 s to the first word, 120 s between words. */
  deadlines?: Partial<AnswerDeadlines>
  /** Of the demo model; default 40. */
  demoWordsPerSecond?: number
}

/** The upstream of a connection. It opens nothing until it is asked and needs no closing. */
export function createUpstream(
  { kind, baseUrl, key }: Pick<ConnectionConfig, 'kind' | 'baseUrl' | 'key'>,
  { clock, deadlines, demoWordsPerSecond }: UpstreamOptions,
): Upstream {
  const http = { baseUrl, key, clock, deadlines: { ...answerDeadlines, ...deadlines } }
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
  config: Pick<ConnectionConfig, 'kind' | 'baseUrl' | 'key'>,
  options: UpstreamOptions,
  signal: AbortSignal,
): Promise<UpstreamModel[]> {
  return createUpstream(config, options).listModels(signal)
}
