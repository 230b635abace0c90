import { afterEach, beforeEach, expect, test } from 'vitest'
import { requestScripted } from '../../test/support/request-scripted.ts'
import type { ScriptedAnswer, ScriptedRequest } from '../../test/support/request-scripted.ts'
import { readScriptedWords, startScriptedProvider } from '../../test/support/scripted-provider.ts'
import type { Script, ScriptedProvider } from '../../test/support/scripted-provider.ts'
import { systemClock } from '../base/index.ts'
import { createUpstream } from './create-upstream.ts'

let provider: ScriptedProvider
beforeEach(async () => {
  provider = await startScriptedProvider({})
})
afterEach(() => provider.close())

const ask = (script: Script, question: ScriptedRequest = {}): Promise<ScriptedAnswer> =>
  requestScripted(provider, script, { kind: 'ollama', ...question })

test('text, reasoning, end and usage, whatever the chunk borders', async () => {
  const { text, reasoning, end, events } = await ask({ words: 30, reasoning: ['hm', 'm'], cut: 7 })
  expect(readScriptedWords(text, 30).problem).toBeUndefined()
  expect({ reasoning, end }).toEqual({ reasoning: 'hmm', end: { reason: 'stop' } })
  expect(events.at(-1)).toEqual({ kind: 'usage', usage: { promptTokens: 7, completionTokens: 30 } })
})

test('parameters are sent where Ollama expects them', async () => {
  await ask(
    { finish: 'length' },
    { maxTokens: 9, params: { temperature: 1, think: true, options: { num_ctx: 8 } } },
  )
  expect(provider.calls[0]?.body).toEqual({
    model: 'm',
    messages: [{ role: 'user', content: 'Hello' }],
    stream: true,
    think: true,
    options: { num_ctx: 8, temperature: 1, num_predict: 9 },
  })
  expect((await ask({ finish: 'length' })).end).toEqual({ reason: 'length' })
})

const schema = { type: 'object', properties: { a: { type: 'string' } } }
test.each([
  [{ type: 'json_object' }, 'json'],
  [{ type: 'json_schema', json_schema: { name: 'x', strict: true, schema } }, schema],
  [{ type: 'json_schema', schema }, schema],
  [{ type: 'json_schema' }, 'json'],
  [{ type: 'text' }, undefined],
  [null, undefined],
])('C17: JSON mode is sent as `format`: %j', async (response_format, format) => {
  await ask({}, { params: { response_format } })
  expect(provider.calls[0]?.body.format).toEqual(format)
  expect(provider.calls[0]?.body).not.toHaveProperty('response_format')
})

test('C17: a `format` in the request wins, and Ollama’s own options are sent under `options`', async () => {
  const params = { response_format: { type: 'json_object' }, format: schema, repeat_last_n: 3, num_gpu: 1 }
  await ask({}, { params: { ...params, keep_alive: '5m' } })
  expect(provider.calls[0]?.body).toMatchObject({
    format: schema,
    keep_alive: '5m',
    options: { repeat_last_n: 3, num_gpu: 1 },
  })
})

test('a given text is continued, whatever the mode in the request', async () => {
  const text = 'c1w0000 c1w0001 '
  const answer = await ask({ words: 10 }, { continueFrom: { text, how: 'vllm' } })
  expect(readScriptedWords(text + answer.text, 10).problem).toBeUndefined()
})

test('tool calls arrive in one piece', async () => {
  const call = { function: { name: 'look', arguments: { q: 1 } } }
  const { events, end } = await ask({
    words: 0,
    chunks: [{ message: { tool_calls: [call] } }, { message: { tool_calls: [call] } }],
  })
  expect(events.findLast(({ kind }) => kind === 'tool-calls')).toEqual({
    kind: 'tool-calls',
    calls: [
      { id: 'call_0', name: 'look', arguments: '{"q":1}' },
      { id: 'call_1', name: 'look', arguments: '{"q":1}' },
    ],
  })
  expect(end).toEqual({ reason: 'tool-calls' })
})

test.each<[string, Script, string]>([
  [
    'an error line',
    { fault: { after: 5, how: 'frame', frame: { error: 'out of memory' } } },
    'upstream_broke_off',
  ],
  ['no last line', { finish: null }, 'upstream_broke_off'],
  ['no such model', { refuse: { status: 404, body: { error: 'model not found' } } }, 'upstream_refused'],
  ['invalid JSON', { raw: '{"message":' }, 'upstream_broke_off'],
])('%s', async (_name, script, code) => {
  expect((await ask(script)).error?.code).toBe(code)
})

test('the last line ends the answer, although the connection stays open', async () => {
  const raw = '{"message":{"content":"Hi"},"done":false}\n{"done":true,"done_reason":"stop"}\n'
  const script: Script = { raw, fault: { after: 0, how: 'hang' } }
  expect(await ask(script, { deadlines: { afterEndMs: 600_000 } })).toMatchObject({
    text: 'Hi',
    end: { reason: 'stop' },
  })
})

test('the list of models, from an address with or without /api', async () => {
  provider.scripts = { 'llama:8b': {}, b: {} }
  for (const baseUrl of [provider.url, `${provider.url}/`, `${provider.url}/api`, `${provider.url}/api/`]) {
    const upstream = createUpstream({ kind: 'ollama', baseUrl, key: null }, { clock: systemClock })
    expect(await upstream.listModels(new AbortController().signal)).toEqual([
      { id: 'llama:8b', name: 'llama:8b' },
      { id: 'b', name: 'b' },
    ])
  }
})
