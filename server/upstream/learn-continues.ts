import type { Continues, GenerateRequest, Upstream, UpstreamModel } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

/** How long the question may take, ms, and how long its answer may be, in tokens. */
const askMs = 10_000
const mostTokens = 8

/**
 * The question of `auto`. The text breaks off in the middle of a word, so that its continuation shows: a provider that
 * begins a new turn says the word or the line again, or talks about it.
 */
export const continuesQuestion = {
  ask: 'Repeat this line exactly, and write nothing else: a yellow butterfly over a green waterfall',
  given: 'a yellow butter',
  rest: 'fly over a green waterfall',
} as const

/** The torn word's end, whatever small models take it for (`fly`, `cup`), and the line's next words behind it. */
const goesOn = /^[a-z]+ over a\b/

/**
 * Asks a model once whether it continues a text, by the one way that its provider is likely to know. `none` when it
 * did not, or refused the question; undefined when it could not be asked now. Rejects only with the signal's reason.
 */
export async function learnContinues(
  upstream: Upstream,
  { model, how }: { model: string; how: Exclude<Continues, 'auto' | 'none'> },
  signal: AbortSignal,
): Promise<Exclude<Continues, 'auto'> | undefined> {
  const late = AbortSignal.timeout(askMs)
  const request: GenerateRequest = {
    model,
    messages: [{ role: 'user', content: continuesQuestion.ask }],
    // A model that begins anew may say the very line again: cut, that would look like a continuation.
    continueFrom: { text: continuesQuestion.given, how, uncut: true },
    maxTokens: mostTokens,
    params: { temperature: 0 },
  }
  let said = ''
  try {
    await upstream.generate(
      request,
      (events) => {
        for (const event of events) if (event.kind === 'text') said += event.text
      },
      AbortSignal.any([signal, late]),
    )
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof UpstreamError) return error.code === 'upstream_refused' ? 'none' : undefined
    if (late.aborted) return undefined
    throw error
  }
  return goesOn.test(said) ? how : 'none'
}

/** The way to ask about, by what serves the model. */
export function likelyWay(baseUrl: string, model: UpstreamModel | undefined): 'trailing' | 'prefix' | 'vllm' {
  if (model?.ownedBy === 'vllm') return 'vllm'
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : ''
  return /(^|\.)(deepseek\.com|mistral\.ai)$/.test(host) ? 'prefix' : 'trailing'
}
