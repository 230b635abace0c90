import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { requestScripted, upstreamOf } from '../../test/support/request-scripted.ts'
import type { ScriptedAnswer, ScriptedRequest } from '../../test/support/request-scripted.ts'
import { readScriptedWords, startScriptedProvider } from '../../test/support/scripted-provider.ts'
import type { Script, ScriptedProvider } from '../../test/support/scripted-provider.ts'
import type { UpstreamSink } from './upstream.ts'

let provider: ScriptedProvider
beforeEach(async () => {
  provider = await startScriptedProvider({})
})
afterEach(() => provider.close())

const ask = (script: Script, question?: ScriptedRequest): Promise<ScriptedAnswer> =>
  requestScripted(provider, script, question)
const signal = (): AbortSignal => new AbortController().signal
const messages = [{ role: 'user' as const, content: 'Hello' }]

describe('faults', () => {
  test.each<[string, Script, string, number]>([
    ['the connection breaks', { fault: { after: 5, how: 'break' } }, 'upstream_broke_off', 5],
    ['the stream closes without an end', { fault: { after: 5, how: 'end' } }, 'upstream_broke_off', 5],
    ['the stream closes without any content', { fault: { after: 0, how: 'end' } }, 'upstream_broke_off', 0],
    [
      'an error frame',
      { fault: { after: 5, how: 'frame', frame: { error: { message: 'GPU on fire', code: 'oops' } } } },
      'upstream_broke_off',
      5,
    ],
    [
      'an error frame with a status',
      { fault: { after: 5, how: 'frame', frame: { error: { message: 'slow', code: 429 } } } },
      'upstream_rate_limited',
      5,
    ],
    [
      'an error frame of vLLM',
      {
        fault: { after: 5, how: 'frame', frame: { object: 'error', message: 'maximum context length is 7' } },
      },
      'upstream_context_too_long',
      5,
    ],
    ['invalid JSON', { raw: 'data: {"choices":[\n\ndata: [DONE]\n\n' }, 'upstream_broke_off', 0],
    [
      'an event of plain text',
      { raw: 'event: error\ndata: too many requests\n\n' },
      'upstream_rate_limited',
      0,
    ],
    [
      'a web page',
      { raw: '<!doctype html><p>Hi', contentType: 'text/html; charset=utf-8' },
      'upstream_refused',
      0,
    ],
  ])('%s', async (_name, script, code, words) => {
    const { text, end, error } = await ask(script)
    expect({ end, code: error?.code }).toEqual({ end: undefined, code })
    expect(readScriptedWords(text, words).problem).toBeUndefined()
  })

  test('a reported end holds if invalid data follows it', async () => {
    const said = 'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n'
    for (const rest of ['', 'data: {oops\n\n', 'data: {oops']) {
      expect(await ask({ raw: said + rest })).toMatchObject({ text: 'Hi', end: { reason: 'stop' } })
    }
  })

  test.each([
    ['a wait for the headers', { silent: true }, { firstWordMs: 60 }, [/did not start .* 0.06 seconds/, 0]],
    [
      'a wait for the first word',
      { fault: { after: 0, how: 'hang' } },
      { firstWordMs: 60 },
      [/did not start/, 0],
    ],
    [
      'a pause',
      { fault: { after: 3, how: 'hang' } },
      { betweenWordsMs: 60 },
      [/stopped responding for 0.06 seconds during the answer/, 3],
    ],
    [
      'a time with keep-alive comments only',
      { fault: { after: 3, how: 'hang' }, commentMs: 10 },
      { betweenWordsMs: 60, firstWordMs: 150 },
      [/stopped responding for .* seconds during the answer/, 3],
    ],
  ] as const)(
    '%s longer than the deadline ends the answer as upstream_silent',
    async (_name, script, deadlines, [message, words]) => {
      const { error, text } = await ask(script, { deadlines })
      expect(error?.code).toBe('upstream_silent')
      expect(error?.message).toMatch(message)
      expect(readScriptedWords(text, words).problem).toBeUndefined()
      await vi.waitFor(() => expect(provider.calls[0]?.state).toBe('closed-by-client'))
    },
  )

  test('a provider that does not close the connection after its end does not delay the answer', async () => {
    const said = 'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n'
    const fault = { after: 0, how: 'hang' } as const
    const bare = await ask({ raw: said, fault }, { deadlines: { afterEndMs: 50 } })
    expect(bare).toMatchObject({ text: 'Hi', end: { reason: 'stop' } })
    const done = await ask({ raw: `${said}data: [DONE]\n\n`, fault }, { deadlines: { afterEndMs: 600_000 } })
    expect(done).toMatchObject({ text: 'Hi', end: { reason: 'stop' } })
    await vi.waitFor(() => expect(provider.live()).toBe(0), { timeout: 3000 })
  })

  test('C1: an answer with an end on every piece that exceeds the total time fails, and is not complete', async () => {
    const piece = 'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n'
    const script: Script = { raw: piece + piece, fault: { after: 0, how: 'hang' } }
    const { error, text } = await ask(script, { deadlines: { totalMs: 100 } })
    expect({ text, code: error?.code }).toEqual({ text: 'HiHi', code: 'upstream_silent' })
  })

  test('a line that a broken connection truncated is not reported as invalid JSON', async () => {
    const { error } = await ask({ raw: 'data: {"choices":[{"del', fault: { after: 0, how: 'break' } })
    expect(error?.message).toBe('The connection to the model provider broke during the answer. Try again.')
  })

  test('an answer may take longer than the deadline for a pause', async () => {
    const deadlines = { betweenWordsMs: 600, firstWordMs: 600 }
    expect((await ask({ words: 30, wordsPerSecond: 20 }, { deadlines })).end).toEqual({ reason: 'stop' })
  })

  test('a slow sink does not count as a pause of the provider', async () => {
    provider.scripts.m = { words: 5 }
    let first = true
    const sink: UpstreamSink = () => {
      if (!first) return undefined
      first = false
      return new Promise((resolve) => setTimeout(resolve, 300))
    }
    const upstream = upstreamOf(provider, { deadlines: { betweenWordsMs: 60 } })
    expect(await upstream.generate({ model: 'm', messages }, sink, signal())).toEqual({ reason: 'stop' })
  })

  test('keep-alive comments prevent a timeout while the provider is thinking', async () => {
    const { end } = await ask(
      { words: 2, firstWordMs: 200, commentMs: 10 },
      { deadlines: { betweenWordsMs: 50, firstWordMs: 2000 } },
    )
    expect(end).toEqual({ reason: 'stop' })
  })
})

describe('back-pressure and abort', () => {
  test('a slow sink pauses the provider', async () => {
    provider.scripts.m = { flood: true }
    const upstream = upstreamOf(provider)
    const abort = new AbortController()
    const { promise: open, resolve } = Promise.withResolvers<void>()
    let taken = 0
    const sink: UpstreamSink = () => {
      taken++
      return open
    }
    const answer = upstream.generate({ model: 'm', messages }, sink, abort.signal)
    answer.catch(() => undefined)
    const bytes = (): number => provider.calls[0]?.bytes ?? 0
    // The number of bytes stops growing when the buffers of both sides are full.
    let before = -1
    await vi.waitFor(
      () => {
        const now = bytes()
        const still = now > 0 && now === before
        before = now
        expect(still).toBe(true)
      },
      { timeout: 10_000, interval: 100 },
    )
    expect(taken).toBe(1)
    resolve()
    await vi.waitFor(() => expect(bytes()).toBeGreaterThan(before * 2), { timeout: 10_000 })
    abort.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
  })

  test('an error of the sink ends the call and is passed to the caller', async () => {
    provider.scripts.m = { words: 1000, wordsPerSecond: 100 }
    const upstream = upstreamOf(provider)
    const sinks: UpstreamSink[] = [
      () => {
        throw new Error('full')
      },
      () => Promise.reject(new Error('full')),
    ]
    for (const sink of sinks) {
      await expect(upstream.generate({ model: 'm', messages }, sink, signal())).rejects.toThrow('full')
    }
    await vi.waitFor(() => expect(provider.live()).toBe(0))
  })

  test.each([
    ['before the headers', { silent: true }],
    ['before the first word', { fault: { after: 0, how: 'hang' } }],
    ['during the answer', { words: 1000, wordsPerSecond: 50 }],
  ] as const)('abort %s closes the connection and rejects with the reason', async (_name, script) => {
    provider.scripts.m = script
    const upstream = upstreamOf(provider)
    const abort = new AbortController()
    const answer = upstream.generate({ model: 'm', messages }, () => undefined, abort.signal)
    answer.catch(() => undefined)
    await vi.waitFor(() => expect(provider.live()).toBe(1))
    if ('words' in script) await vi.waitFor(() => expect(provider.calls[0]?.words).toBeGreaterThan(3))
    const reason = new Error('stop')
    abort.abort(reason)
    await expect(answer).rejects.toBe(reason)
    await vi.waitFor(() => expect(provider.calls[0]?.state).toBe('closed-by-client'))
  })

  test('abort while the sink holds the last text', async () => {
    provider.scripts.m = { words: 1 }
    const abort = new AbortController()
    const held = Promise.withResolvers<void>()
    const sink: UpstreamSink = () => {
      held.resolve()
      return new Promise(() => undefined)
    }
    const answer = upstreamOf(provider).generate({ model: 'm', messages }, sink, abort.signal)
    answer.catch(() => undefined)
    await held.promise
    await vi.waitFor(() => expect(provider.live()).toBe(0))
    abort.abort(new Error('stop'))
    await expect(answer).rejects.toThrow('stop')
  })

  test('an aborted signal sends no request', async () => {
    provider.scripts.m = {}
    const upstream = upstreamOf(provider)
    const given = AbortSignal.abort(new Error('too late'))
    await expect(upstream.generate({ model: 'm', messages }, () => undefined, given)).rejects.toThrow(
      'too late',
    )
    expect(provider.calls).toEqual([])
  })
})
