import OpenAI from 'openai'
import { afterEach, expect, test } from 'vitest'
import { startCompatWithProvider } from '../../test/support/compat-fixture.ts'
import type { CompatFixture } from '../../test/support/compat-fixture.ts'
import type { Script } from '../../test/support/scripted-provider.ts'

let it: CompatFixture | undefined
afterEach(() => it?.close())

const messages = [{ role: 'user' as const, content: 'Hi' }]

interface Answers {
  whole: OpenAI.ChatCompletion
  streamed: OpenAI.ChatCompletionChunk[]
}

async function answers(script: Script): Promise<Answers> {
  it = await startCompatWithProvider({ m: script })
  const openai = new OpenAI({ apiKey: 'user', baseURL: `http://127.0.0.1:${it.port}/v1`, maxRetries: 0 })
  const whole = await openai.chat.completions.create({ model: 'm', messages })
  const stream = await openai.chat.completions.create({
    model: 'm',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  })
  const streamed: OpenAI.ChatCompletionChunk[] = []
  for await (const chunk of stream) streamed.push(chunk)
  return { whole, streamed }
}

test('C19: the content filter is a finish reason and not an error', async () => {
  const { whole, streamed } = await answers({ words: ['Hello'], finish: 'content_filter' })
  expect(whole.choices[0]).toMatchObject({ finish_reason: 'content_filter', message: { content: 'Hello' } })
  const reasons = streamed.flatMap(({ choices }) => choices.map((choice) => choice.finish_reason))
  expect(reasons.findLast(Boolean)).toBe('content_filter')
})

test('C19: cached and reasoning tokens are passed on', async () => {
  const usage = {
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 15,
    prompt_tokens_details: { cached_tokens: 8 },
    completion_tokens_details: { reasoning_tokens: 3 },
  }
  const raw = [
    { choices: [{ delta: { content: 'Hello' } }] },
    { choices: [{ delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage },
  ]
  const script = { raw: raw.map((piece) => `data: ${JSON.stringify(piece)}\n\n`).join('') }
  const { whole, streamed } = await answers(script)
  expect(whole.usage).toMatchObject(usage)
  expect(streamed.at(-1)?.usage).toMatchObject(usage)
})
