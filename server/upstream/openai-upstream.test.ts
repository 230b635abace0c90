import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { requestScripted, upstreamOf } from '../../test/support/request-scripted.ts'
import type { ScriptedAnswer, ScriptedRequest } from '../../test/support/request-scripted.ts'
import { readScriptedWords, startScriptedProvider } from '../../test/support/scripted-provider.ts'
import type { Script, ScriptedProvider } from '../../test/support/scripted-provider.ts'

let provider: ScriptedProvider
beforeEach(async () => {
  provider = await startScriptedProvider({})
})
afterEach(() => provider.close())

const ask = (script: Script, question?: ScriptedRequest): Promise<ScriptedAnswer> =>
  requestScripted(provider, script, question)
const signal = (): AbortSignal => new AbortController().signal
const messages = [{ role: 'user' as const, content: 'Hello' }]

describe('an answer', () => {
  test('text, end and usage', async () => {
    const { text, end, events } = await ask(
      { words: 50 },
      { maxTokens: 99, params: { temperature: 0.5, model: 'x' } },
    )
    expect(readScriptedWords(text, 50).problem).toBeUndefined()
    expect(end).toEqual({ reason: 'stop' })
    expect(events.at(-1)).toEqual({ kind: 'usage', usage: { promptTokens: 7, completionTokens: 50 } })
    expect(provider.calls[0]?.body).toEqual({
      temperature: 0.5,
      model: 'm',
      messages,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 99,
    })
  })

  test.each<[string, Script, Partial<ScriptedAnswer>]>([
    ['CRLF', { lineEnd: '\r\n' }, {}],
    ['CR', { lineEnd: '\r' }, {}],
    ['no [DONE]', { done: false }, {}],
    ['no finish_reason but [DONE]', { finish: null }, {}],
    ['one JSON object', { plain: true, contentType: 'application/json; charset=utf-8' }, {}],
    ['comments', { commentMs: 5, firstWordMs: 30 }, {}],
    ['length', { finish: 'length' }, { end: { reason: 'length' } }],
    ['reasoning_content', { reasoning: ['a', 'b'] }, { reasoning: 'ab' }],
    ['reasoning', { reasoning: ['a', 'b'], reasoningField: 'reasoning' }, { reasoning: 'ab' }],
    [
      'both names of reasoning at once',
      { reasoning: ['a', 'b'], reasoningField: 'both' },
      { reasoning: 'ab' },
    ],
  ])('%s', async (_name, script, expected) => {
    const answer = await ask({ words: ['Grüße ', '👋', ' <think>x</think>'], ...script })
    expect(answer).toMatchObject({ text: 'Grüße 👋 <think>x</think>', end: { reason: 'stop' }, ...expected })
  })

  test('the answer does not depend on the chunk borders', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        fc.constantFrom('\n' as const, '\r\n' as const),
        async (cut, seed, lineEnd) => {
          const words = ['Größe ', '日本', '👩‍👩‍👧 ', '\n', 'end']
          const answer = await ask({ words, reasoning: ['dönk'], cut, seed, lineEnd })
          expect(answer.text).toBe(words.join(''))
          expect(answer.reasoning).toBe('dönk')
        },
      ),
      { numRuns: 40 },
    )
  })

  test('rule 12: U+0000 and unpaired surrogates become U+FFFD, pairs that are split between chunks do not', async () => {
    const { text, reasoning } = await ask({
      words: ['a\u0000b', '\ud83d', '\ude00', ' \ud83d', 'x', '\ude00', ' y\ud83d'],
      reasoning: ['\ud83d', '\ude00\ud83d'],
    })
    expect(text).toBe('a\uFFFDb😀 \uFFFDx\uFFFD y\uFFFD')
    expect(reasoning).toBe('😀\uFFFD')
  })

  test('tool calls are assembled from their pieces', async () => {
    const piece = (tool_calls: unknown[]) => ({ choices: [{ index: 0, delta: { tool_calls } }] })
    const { events, end } = await ask({
      words: 0,
      finish: 'tool_calls',
      chunks: [
        piece([{ index: 0, id: 'a', function: { name: 'look', arguments: '' } }]),
        piece([{ index: 0, function: { arguments: '{"q":' } }]),
        piece([{ index: 1, id: 'b', function: { name: 'go', arguments: '{}' } }]),
        piece([{ index: 0, function: { arguments: '1}\u0000' } }]),
        piece([{ id: 'c', function: { name: 'three', arguments: '{' } }]),
        piece([{ function: { arguments: '}' } }]),
      ],
    })
    expect(events.findLast(({ kind }) => kind === 'tool-calls')).toEqual({
      kind: 'tool-calls',
      calls: [
        { id: 'a', name: 'look', arguments: '{"q":1}\uFFFD' },
        { id: 'b', name: 'go', arguments: '{}' },
        { id: 'c', name: 'three', arguments: '{}' },
      ],
    })
    expect(end).toEqual({ reason: 'tool-calls' })
  })

  test('content in parts, a refusal, other choices and invalid chunks', async () => {
    const choice = (delta: unknown, index = 0) => ({ choices: [{ index, delta }] })
    const { text, reasoning } = await ask({
      words: 0,
      chunks: [
        choice({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }),
        choice({ content: [{ type: 'text', text: 'one ' }] }),
        choice({ content: 'not this' }, 1),
        choice({ refusal: 'two' }),
        null,
        [],
        { choices: 'odd' },
        { choices: [null, { delta: { content: 7 } }] },
      ],
    })
    expect({ text, reasoning }).toEqual({ text: 'one two', reasoning: 'hm' })
  })

  test.each([
    ['stream_options', { refusesFields: ['stream_options'] }],
    ['max_tokens', { refusesFields: ['max_tokens'] }],
    ['both', { refusesFields: ['stream_options', 'max_tokens'] }],
  ])(
    'a request that a provider refuses for %s is retried without it, and so are later requests',
    async (_name, script) => {
      provider.scripts.m = { words: 3, ...script }
      const upstream = upstreamOf(provider)
      const request = { model: 'm', messages, maxTokens: 5 }
      await upstream.generate(request, () => undefined, signal())
      const first = provider.calls.length
      await upstream.generate(request, () => undefined, signal())
      expect(first).toBe(1 + script.refusesFields.length)
      expect(provider.calls.length).toBe(first + 1)
      const limit = script.refusesFields.includes('max_tokens') ? 'max_completion_tokens' : 'max_tokens'
      expect(provider.calls.at(-1)?.body).toMatchObject({ [limit]: 5 })
    },
  )
})

describe('continuing a text (rule 15)', () => {
  test.each(['trailing', 'prefix', 'vllm'] as const)(
    '%s joins the text byte for byte, repeated or not',
    async (how) => {
      for (const echoes of [false, true]) {
        const text = 'c1w0000 c1w0001 '
        const answer = await ask(
          { words: 10, continues: how, echoes, cut: 50 },
          { continueFrom: { text, how } },
        )
        const { problem, calls } = readScriptedWords(text + answer.text, 10)
        expect({ problem, joined: text + answer.text }).toMatchObject({ problem: undefined })
        expect(calls.length).toBeGreaterThan(0)
        expect(text + answer.text).not.toMatch(/ {2}/)
      }
    },
  )

  test('a text that ends within a word is continued', async () => {
    for (const text of ['c', 'c1', 'c1w', 'c1w00', 'c1w0000', 'c1w0000 c1w000']) {
      const answer = await ask({ words: 10 }, { continueFrom: { text, how: 'trailing' } })
      expect({ text, problem: readScriptedWords(text + answer.text, 10).problem }).toEqual({
        text,
        problem: undefined,
      })
    }
  })

  test('an incomplete repetition is dropped when the connection breaks', async () => {
    const { text, error } = await ask(
      { words: ['One two'], continues: 'none', fault: { after: 1, how: 'break' } },
      { continueFrom: { text: 'One two three', how: 'trailing' } },
    )
    expect({ text, code: error?.code }).toEqual({ text: '', code: 'upstream_broke_off' })
  })
})
