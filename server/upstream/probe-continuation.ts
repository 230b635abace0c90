import type { ContinuationMode, GenerateRequest, Upstream, UpstreamModel } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

/** The deadline of the probe, ms. */
const probeMs = 10_000
/** The maximum length of the answer to the probe, in tokens. */
const maxTokens = 8

/**
 * The request that `auto` tests a model with. The given text breaks off within a word, so that a continuation is
 * recognisable: a model that starts a new answer repeats the word or the line, or writes about it.
 */
export const continuationProbe = {
  ask: 'Repeat this line exactly, and write nothing else: a yellow butterfly over a green waterfall',
  given: 'a yellow butter',
  rest: 'fly over a green waterfall',
} as const

/**
 * Any end of the broken word, because small models guess other words (`fly`, `cup`), and then the line's next words.
 */
const continuationPattern = /^[a-z]+ over a\b/

/**
 * Tests whether a model continues a text, in the one mode that its provider probably supports. Returns `none` if the
 * model did not continue it or the provider refused the request, and undefined if the test failed for another reason,
 * such as an unreachable provider. Rejects with the signal's reason, or with an error that is a bug.
 */
export async function probeContinuation(
  upstream: Upstream,
  { model, how }: { model: string; how: Exclude<ContinuationMode, 'auto' | 'none'> },
  signal: AbortSignal,
): Promise<Exclude<ContinuationMode, 'auto'> | undefined> {
  const timeout = AbortSignal.timeout(probeMs)
  const request: GenerateRequest = {
    model,
    messages: [{ role: 'user', content: continuationProbe.ask }],
    // `uncut`: a model that starts over repeats the line, and without its beginning that would look like a
    // continuation.
    continueFrom: { text: continuationProbe.given, how, uncut: true },
    maxTokens,
    params: { temperature: 0 },
  }
  let text = ''
  try {
    await upstream.generate(
      request,
      (events) => {
        for (const event of events) if (event.kind === 'text') text += event.text
      },
      AbortSignal.any([signal, timeout]),
    )
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof UpstreamError) return error.code === 'upstream_refused' ? 'none' : undefined
    if (timeout.aborted) return undefined
    throw error
  }
  return continuationPattern.test(text) ? how : 'none'
}

/** The mode to test, chosen by the server software or the host of the provider. */
export function likelyContinuationMode(
  baseUrl: string,
  model: UpstreamModel | undefined,
): 'trailing' | 'prefix' | 'vllm' {
  if (model?.ownedBy === 'vllm') return 'vllm'
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : ''
  return /(^|\.)(deepseek\.com|mistral\.ai)$/.test(host) ? 'prefix' : 'trailing'
}
