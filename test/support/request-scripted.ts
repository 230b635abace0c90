import { systemClock } from '../../server/base/index.ts'
import { createUpstream } from '../../server/upstream/create-upstream.ts'
import type { AnswerDeadlines } from '../../server/upstream/timeout-watch.ts'
import type { GenerateEnd, GenerateRequest, Upstream, UpstreamEvent } from '../../server/upstream/upstream.ts'
import { UpstreamError } from '../../server/upstream/upstream-error.ts'
import type { Script, ScriptedProvider } from './scripted-provider.ts'

/** All events of an answer, and how it ended. */
export interface ScriptedAnswer {
  events: UpstreamEvent[]
  text: string
  reasoning: string
  end: GenerateEnd | undefined
  error: UpstreamError | undefined
}

export interface ScriptedRequest extends Partial<GenerateRequest> {
  deadlines?: Partial<AnswerDeadlines>
  key?: string | null
  kind?: 'openai' | 'ollama'
}

export function upstreamOf(
  provider: ScriptedProvider,
  { kind = 'openai', key = null, deadlines }: ScriptedRequest = {},
): Upstream {
  const baseUrl = kind === 'ollama' ? provider.url : provider.v1
  return createUpstream({ kind, baseUrl, key }, { clock: systemClock, ...(deadlines ? { deadlines } : {}) })
}

/** Requests an answer from the model `m`, which plays this script. */
export async function requestScripted(
  provider: ScriptedProvider,
  script: Script,
  { deadlines, key, kind, ...request }: ScriptedRequest = {},
): Promise<ScriptedAnswer> {
  provider.scripts.m = script
  const upstream = upstreamOf(provider, {
    ...(deadlines ? { deadlines } : {}),
    ...(kind ? { kind } : {}),
    ...(key ? { key } : {}),
  })
  const events: UpstreamEvent[] = []
  let end: GenerateEnd | undefined
  let error: UpstreamError | undefined
  try {
    end = await upstream.generate(
      { model: 'm', messages: [{ role: 'user', content: 'Hello' }], ...request },
      (some) => void events.push(...some),
      new AbortController().signal,
    )
  } catch (thrown) {
    if (!(thrown instanceof UpstreamError)) throw thrown
    error = thrown
  }
  const join = (wanted: 'text' | 'reasoning'): string =>
    events.map((event) => (event.kind === wanted ? event.text : '')).join('')
  return { events, text: join('text'), reasoning: join('reasoning'), end, error }
}
