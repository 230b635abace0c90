import { sleep } from '../base/index.ts'
import type { Clock } from '../base/index.ts'
import { demoNothingToAdd, demoText } from './demo-text.ts'
import type { GenerateEnd, GenerateRequest, Upstream, UpstreamSink } from './upstream.ts'

const demoModel = { id: 'shoal-demo', name: 'Demo (built in)' } as const

export interface DemoUpstreamOptions {
  clock: Clock
  /** Default 40. */
  wordsPerSecond?: number
}

/**
 * A model that needs no provider. It can always continue a text: its answer to a conversation is fixed, so it continues
 * exactly where the given text ends. One word counts as one token, also for `maxTokens`.
 */
export function createDemoUpstream({ clock, wordsPerSecond = 40 }: DemoUpstreamOptions): Upstream {
  async function generate(
    request: GenerateRequest,
    sink: UpstreamSink,
    signal: AbortSignal,
  ): Promise<GenerateEnd> {
    signal.throwIfAborted()
    const rest = remainingText(request).match(/\s*\S+\s*|\s+/g) ?? []
    const words = rest.slice(0, request.maxTokens)
    const start = clock.monotonic()
    let written = 0
    while (written < words.length) {
      const due = 1 + Math.floor(((clock.monotonic() - start) * wordsPerSecond) / 1000)
      if (due > written) {
        await sink([{ kind: 'text', text: words.slice(written, due).join('') }])
        written = Math.min(due, words.length)
      } else {
        await sleep(Math.max(1, start + (written * 1000) / wordsPerSecond - clock.monotonic()), signal)
      }
      signal.throwIfAborted()
    }
    const promptTokens = request.messages.reduce((sum, { content }) => sum + countWords(content), 0)
    await sink([{ kind: 'usage', usage: { promptTokens, completionTokens: words.length } }])
    return { reason: words.length < rest.length ? 'length' : 'stop' }
  }
  return { listModels: () => Promise.resolve([{ ...demoModel }]), generate }
}

/** The text that follows the given text. `demoNothingToAdd` if the given text is not from the demo model. */
function remainingText({ messages, continueFrom }: GenerateRequest): string {
  let whole = demoText(messages)
  const given = continueFrom?.text ?? ''
  while (whole.length <= given.length && given.startsWith(whole)) whole += demoNothingToAdd
  return whole.startsWith(given) ? whole.slice(given.length) : demoNothingToAdd
}

function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0
}
