/** The official client, all layers of Shoal, and a provider over real HTTP. */
import OpenAI from 'openai'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startCompatWithProvider } from '../../test/support/compat-fixture.ts'
import type { CompatFixture } from '../../test/support/compat-fixture.ts'
import type { ScriptedProvider } from '../../test/support/scripted-provider.ts'

let provider: ScriptedProvider
let it: CompatFixture
let openai: OpenAI
beforeEach(async () => {
  it = await startCompatWithProvider({
    three: { words: ['one ', 'two ', 'three'] },
    slow: { words: 1000, wordsPerSecond: 50 },
    breaks: { words: 20, fault: { after: 10, how: 'break' } },
    limited: {
      refuse: { status: 429, headers: { 'retry-after': '2' }, body: { error: { message: 'Slow down.' } } },
    },
  })
  provider = it.provider
  openai = new OpenAI({ apiKey: 'user', baseURL: `http://127.0.0.1:${it.port}/v1`, maxRetries: 0 })
})
afterEach(() => it.close())

const messages = [{ role: 'user' as const, content: 'Count' }]

test('the provider’s models are listed', async () => {
  const { data } = await openai.models.list()
  expect(data.map(({ id, owned_by }) => [id, owned_by])).toContainEqual(['three', 'Scripted'])
})

test('an answer is passed on, as one object and as a stream', async () => {
  const whole = await openai.chat.completions.create({
    model: 'three',
    messages,
    temperature: 0.2,
    max_tokens: 50,
  })
  expect(whole.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'one two three' } })
  expect(provider.calls[0]?.body).toMatchObject({ temperature: 0.2, max_tokens: 50, messages })
  const stream = openai.chat.completions.stream({ model: 'three', messages })
  expect(await stream.finalContent()).toBe('one two three')
})

test('a client that disconnects closes the provider’s connection', async () => {
  const controller = new AbortController()
  const stream = await openai.chat.completions.create(
    { model: 'slow', messages, stream: true },
    { signal: controller.signal },
  )
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content) controller.abort()
  await vi.waitFor(() => expect(provider.calls[0]?.state).toBe('closed-by-client'))
  expect(it.log.filter((line) => line['level'] === 50)).toEqual([])
})

test('errors of the provider have the codes of the catalogue or of OpenAI', async () => {
  await expect(openai.chat.completions.create({ model: 'limited', messages })).rejects.toMatchObject({
    status: 429,
    code: 'upstream_rate_limited',
  })
  await expect(openai.chat.completions.create({ model: 'none', messages })).rejects.toMatchObject({
    status: 404,
    code: 'model_not_found',
  })
  const broken = openai.chat.completions.stream({ model: 'breaks', messages }).finalContent()
  await expect(broken).rejects.toMatchObject({ code: 'upstream_broke_off' })
})

test('C19: the content filter is a finish reason and not an error, and usage has its details', async () => {
  const usage = {
    prompt_tokens: 9,
    completion_tokens: 7,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 5 },
  }
  const sent = [
    { choices: [{ index: 0, delta: { content: 'I ' }, finish_reason: 'content_filter' }] },
    { choices: [], usage },
  ]
  const events = [...sent.map((chunk) => JSON.stringify(chunk)), '[DONE]']
  provider.scripts = { three: { raw: events.map((event) => `data: ${event}\n\n`).join('') } }
  const whole = await openai.chat.completions.create({ model: 'three', messages })
  expect(whole.choices[0]).toMatchObject({ finish_reason: 'content_filter', message: { content: 'I ' } })
  const stream = await openai.chat.completions.create({
    model: 'three',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  })
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('content_filter')
  for (const reported of [whole.usage, chunks.at(-1)?.usage]) {
    expect(reported).toMatchObject({
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 5 },
    })
  }
})

test.each([
  ['api.openai.com', 'shoal'],
  ['127.0.0.1:11434', 'shoal'],
  ['ollama:11434', 'shoal'],
  ['localhost', 'shoal'],
  ['[::1]:8000', 'shoal'],
  ['Our models', 'Our models'],
  ['OpenAI', 'OpenAI'],
])('C19: models of the connection %j are owned by %j', async (name, expected) => {
  await it.close()
  it = await startCompatWithProvider({ three: {} }, { name })
  const client = new OpenAI({ apiKey: 'user', baseURL: `http://127.0.0.1:${it.port}/v1`, maxRetries: 0 })
  const { data } = await client.models.list()
  expect(data.map(({ owned_by }) => owned_by)).toEqual([expected])
})
