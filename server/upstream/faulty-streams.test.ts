import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFaultyProvider } from '../../test/support/faulty-provider.ts'
import type { FaultyProvider } from '../../test/support/faulty-provider.ts'
import { faultyStreams, streamDeadlines } from '../../test/support/faulty-streams/index.ts'
import { ollamaDialect, openAiDialect } from '../../test/support/stream-dialects.ts'
import { systemClock } from '../base/index.ts'
import { createUpstream } from './create-upstream.ts'
import type { UpstreamEvent } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

let provider: FaultyProvider
beforeAll(async () => {
  provider = await startFaultyProvider()
})
afterAll(() => provider.close())

// Each decoder must be listed here, and each must pass all streams of the table.
describe.each([openAiDialect, ollamaDialect])('$kind', (dialect) => {
  test.each(faultyStreams)('$name', async (stream) => {
    provider.playing = { stream, dialect }
    const upstream = createUpstream(
      { kind: dialect.kind, baseUrl: provider.url, key: null },
      { clock: systemClock, deadlines: streamDeadlines },
    )
    const events: UpstreamEvent[] = []
    const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Hello' }] }
    const settled = await upstream
      .generate(request, (some) => void events.push(...some), new AbortController().signal)
      .catch((error: unknown) => error)
    const join = (wanted: 'text' | 'reasoning'): string =>
      events.map((event) => (event.kind === wanted ? event.text : '')).join('')
    const error = settled instanceof UpstreamError ? settled : undefined
    const { text = '', reasoning = '', end, message = '' } = stream.expected
    expect({
      text: join('text'),
      reasoning: join('reasoning'),
      end: error ? undefined : (settled as { reason: string }).reason,
      error: error?.code,
    }).toEqual({ text, reasoning, end, error: stream.expected.error })
    expect(error?.message ?? '').toContain(message)
  })
})
